// What a verb of the command is, as data: the program, its help, the completion and docs/CLI.md are made of it.
import type { ExitCode } from '../words/exit-codes.js';
import type { Fields } from '../words/json-fields.js';
import type { Options } from '../words/options.js';
import type { Session } from './session.js';

export interface Example {
  /** As it is typed: `stamp why TKT-1`. CI runs it as it stands. */
  readonly run: string;
  readonly says: string;
  /** The exit code that it ends with; 0 where none is given. */
  readonly exit?: ExitCode;
}

/** Flags as commander takes them: `--until <step>`, with what they say. */
export type OptionLine = readonly [flags: string, description: string];

export interface Verb {
  readonly name: string;
  /** Arguments as commander takes them: `<step> [status]`. */
  readonly takes?: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** What the line leaves open. */
  readonly description?: string;
  readonly options?: readonly OptionLine[];
  /** The members of what it prints with --json; of a list, of each entry. */
  readonly json?: Fields;
  readonly examples: readonly Example[];
  /** What stands below it: `sub add`, `sub status`. */
  readonly verbs?: readonly Verb[];
  /** Which completion its first argument has. */
  readonly completes?: 'ticket' | 'stage' | 'project' | 'release' | 'verb';
  /** Undefined is 0. Rejects with CliError; Refusal and Unreachable of the client. */
  readonly run?: (session: Session, args: readonly string[], options: Options) => Promise<ExitCode | undefined>;
}
