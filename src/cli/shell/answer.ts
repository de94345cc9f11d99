// From the words of a line to the number that a shell gets.
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import { runProgram } from './program.js';
import { explain } from './report-error.js';

/** Runs the line in its surroundings, and says there what went wrong. Never rejects. */
export async function answer(args: readonly string[], signal: AbortSignal): Promise<ExitCode> {
  try {
    return await runProgram(args, signal);
  } catch (error) {
    return signal.aborted ? EXIT.interrupted : explain(error, args);
  }
}
