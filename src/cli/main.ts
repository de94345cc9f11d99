// stamp: parses, runs, and answers the shell with a number (exit-codes.ts). Errors are one line that says what to do next.
import { CliError } from './cli-error.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { explain } from './explain.js';
import { runProgram } from './program.js';

/** Milliseconds that what was begun may take to end after Ctrl-C. */
const FAREWELL_MS = 1500;

async function main(args: readonly string[]): Promise<ExitCode> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      interrupted.abort(new CliError('Interrupted.', EXIT.interrupted));
      process.once(signal, () => process.exit(EXIT.interrupted));
      setTimeout(() => process.exit(EXIT.interrupted), FAREWELL_MS).unref();
    });
  }
  // Whoever reads us may stop reading: `stamp list | head`.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.error));
  try {
    return await runProgram(args, interrupted.signal);
  } catch (error) {
    return interrupted.signal.aborted ? EXIT.interrupted : explain(error, args);
  }
}

// Not process.exit(): what stdout still holds would be lost.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
