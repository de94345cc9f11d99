// What a command ends with when it can't do what was asked: one line that says what to do next, and a number for the shell.
import { EXIT, type ExitCode } from './exit-codes.js';

export class CliError extends Error {
  constructor(
    /** One line: what is wrong and what to do next. */
    message: string,
    readonly exit: ExitCode = EXIT.error,
    /** Shown with --verbose, and in --json. */
    readonly details?: unknown,
  ) {
    super(message);
  }
}

/** The command line can't be understood. */
export const usage = (message: string): CliError => new CliError(message, EXIT.usage);
