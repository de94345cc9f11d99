// stamp: parses, runs, and answers the shell with a number (exit-codes.ts). Errors are one line that says what to do next.
import { CommanderError } from 'commander';
import { Refusal, Unreachable } from '../client/server.js';
import { CliError } from './cli-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { Output } from './output/output.js';
import { makeProgram } from './program.js';

async function main(): Promise<ExitCode> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interrupted.abort(new CliError('Interrupted.', EXIT.interrupted));
      process.once(signal, () => process.exit(EXIT.interrupted));
    });
  }
  // Whoever reads us may stop reading: `stamp list | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.error),
  );
  let code: ExitCode | undefined;
  try {
    await makeProgram(interrupted.signal, (ended) => (code = ended)).parseAsync();
    return code ?? EXIT.ok;
  } catch (error) {
    return interrupted.signal.aborted ? EXIT.interrupted : explain(error);
  }
}

/** One line; with --verbose all that is known. */
function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const verbose = process.argv.some((argument) => argument === '-v' || argument === '--verbose');
  const out = new Output({ verbose });
  const known = asCliError(error);
  if (!known) {
    out.error(`${(error as Error).message ?? String(error)} This is a defect of stamp: with --verbose it says where.`);
    out.detail(String((error as Error).stack));
    return EXIT.error;
  }
  out.error(known.message);
  if (known.details !== undefined) out.detail(JSON.stringify(known.details, null, 2));
  return known.exit;
}

/** Undefined for what is nobody's answer but a defect of ours. */
function asCliError(error: unknown): CliError | undefined {
  if (error instanceof CliError) return error;
  if (error instanceof Unreachable)
    return new CliError(`${error.message} Is it running (npm start)? --url or STAMP_URL says where.`, EXIT.error);
  if (error instanceof Refusal) return new CliError(error.message, exitOf(error), error.body);
  return undefined;
}

/** Codes of policies, holds and locks begin so. */
const REFUSED = /^(steps|conflicts|hold|lock|stage\.locked|ticket\.(frozen|closed|held))/;

function exitOf({ status, code }: Refusal): ExitCode {
  if (status === 401 || status === 403) return EXIT.unauthorised;
  if (status === 404) return EXIT.notFound;
  if (status === 409) return REFUSED.test(code) ? EXIT.refused : EXIT.conflict;
  if (status === 412 || status === 428) return EXIT.conflict;
  return EXIT.error;
}

// Not process.exit(): what stdout still holds would be lost.
void main().then((code) => {
  process.exitCode = code;
});
