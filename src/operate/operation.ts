// What a command of the operator is: one file each beside this one, listed in all.ts.
import type { Command } from 'commander';
import type { Config } from '../config.js';
import type { Schema, VisitedDatabase } from '../platform/database/visit-database.js';

/** What a command gets. */
export interface Operator {
  readonly config: Config;
  /** Opens the database that the configuration names, and closes it when `work` is done, however that ends. Rejects with StartError. */
  readonly withDatabase: <T>(schema: Schema, work: (database: VisitedDatabase) => Promise<T>) => Promise<T>;
  /** A line of the result, on standard output. */
  readonly say: (line: string) => void;
  /** What accompanies it, on standard error. */
  readonly note: (line: string) => void;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Adds a command to the program. `operator` is asked for when the command runs, since it reads the environment. */
export type Operation = (program: Command, operator: () => Operator) => void;

/** Why a command can't do what was asked: one line that says what to do. Exit code 1. */
export class OperationError extends Error {}
