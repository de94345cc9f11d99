// stamp: parses, runs, and answers the shell with a number (exit-codes.ts). Errors are one line that says what to do next.
import { CliError } from './words/cli-error.js';
import { EXIT, type ExitCode } from './words/exit-codes.js';
import { answer } from './shell/answer.js';
import { Output } from './output/output.js';

/**
 * Milliseconds that what was begun may take to end after Ctrl-C. Nobody has to wait for it: a second Ctrl-C ends it at once. So
 * it is long, since a busy machine needs longer, and only what hangs comes to its end.
 */
const FAREWELL_MS = 10_000;
/** And what may stay open once it has ended: by then its code is known. */
const CLOSE_MS = 1500;

const interrupted = new AbortController();
/** What the work came to; undefined while it goes on. */
let outcome: ExitCode | undefined;

/** On a terminal a line may be half written. */
function leave(): never {
  if (outcome === undefined) new Output().breakLine();
  process.exit(outcome ?? EXIT.interrupted);
}

async function main(args: readonly string[]): Promise<ExitCode> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      interrupted.abort(new CliError('Interrupted.', EXIT.interrupted));
      process.once(signal, leave);
      setTimeout(leave, FAREWELL_MS).unref();
    });
  }
  // Whoever reads us may stop reading: `stamp list | head`.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.error));
  return answer(args, interrupted.signal);
}

// Not process.exit(): what stdout still holds would be lost.
void main(process.argv.slice(2)).then((code) => {
  outcome = code;
  process.exitCode = code;
  if (interrupted.signal.aborted) setTimeout(leave, CLOSE_MS).unref();
});
