// What went wrong, as one line for people or as JSON for programs, and as the number that the shell gets.
import { CommanderError } from 'commander';
import { Refusal, Unreachable } from '../../client/server.js';
import { isRule } from '../../platform/refusals/rules.js';
import { accessAdvice } from './advice.js';
import { said } from '../words/arguments.js';
import { CliError } from '../words/cli-error.js';
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import { Output } from '../output/output.js';
import { hasTokenVariable } from '../session/settings.js';
import { messageOf } from '../stages/next-actions.js';

/** What is known about an error. With --json it stands on stderr as {"error": …}. */
interface Known {
  readonly exit: ExitCode;
  readonly message: string;
  /** The server's stable name for it, `ticket.frozen`. */
  readonly code?: string | undefined;
  readonly status?: number | undefined;
  readonly details?: unknown;
}

/** Says it on stderr, and returns the exit code. `args` are the command line's. */
export function explain(error: unknown, args: readonly string[]): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
  const known = knownOf(error);
  const out = new Output({ verbose: said(args, '-v', '--verbose') });
  if (said(args, '--json')) {
    out.errorJson(known);
    return known.exit;
  }
  out.error(known.message);
  if (known.details !== undefined)
    out.detail(typeof known.details === 'string' ? known.details : JSON.stringify(known.details, null, 2));
  return known.exit;
}

function knownOf(error: unknown): Known {
  if (error instanceof CliError) {
    const { exit, message, details, cause } = error;
    return cause instanceof Refusal ? { ...ofRefusal(cause), exit, message } : { exit, message, details };
  }
  if (error instanceof CommanderError) return { exit: EXIT.usage, message: error.message };
  if (error instanceof Unreachable)
    return {
      exit: EXIT.error,
      message: `${error.message} Is it running (npm start)? Set its URL with --url or STAMP_URL.`,
    };
  if (error instanceof Refusal) return ofRefusal(error);
  const { message = String(error), stack } = error as Partial<Error>;
  return {
    exit: EXIT.error,
    message: `${message} This is a bug in stamp: --verbose shows where.`,
    details: stack,
  };
}

function ofRefusal(refusal: Refusal): Known {
  const { status, code, body } = refusal;
  const message = accessAdvice(refusal, messageOf(refusal), hasTokenVariable());
  return { exit: exitOf(refusal), message, ...(code ? { code } : {}), status, details: body };
}

/** 400 and 422 are values that the server doesn't take: the command line was fine, its content isn't. */
export function exitOf({ status, code, body }: Pick<Refusal, 'status' | 'code'> & Partial<Refusal>): ExitCode {
  if (status === 401 || status === 403) return EXIT.unauthorised;
  if (status === 404) return EXIT.notFound;
  // A refusal with verdicts is that of a policy, which may have codes of its own.
  if (status === 409) return isRule(code) || Array.isArray(body?.verdicts) ? EXIT.refused : EXIT.conflict;
  if (status === 412 || status === 428) return EXIT.conflict;
  return EXIT.error;
}
