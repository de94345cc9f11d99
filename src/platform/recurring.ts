// A job is declared where its work is: `@Recurring` on a method of a provider says what it is called, how often it runs and for
// how long at most. jobs/ does the rest, the same for all.
import 'reflect-metadata';

export interface Recurrence {
  /** In logs and in /metrics, `<what>.<verb>`: `files.clean`. */
  readonly name: string;
  /** Milliseconds from the end of a run to the next. */
  readonly everyMs: number;
  /** Milliseconds from the server's start to the first run; `everyMs` without it. */
  readonly firstMs?: number;
  /** Never in two processes of a database at once: the second one skips its turn. */
  readonly alone?: boolean;
  /** Milliseconds after which the run's signal aborts; ten times `everyMs` without it. */
  readonly limitMs?: number;
}

/**
 * What is declared. The signal aborts when the server leaves, the run's time is over or, for a job that runs alone, its lock is
 * lost: end soon. A run that fails is left to the next time.
 */
export type Run = (signal: AbortSignal) => Promise<void> | void;

const DECLARED = Symbol('recurring');

export const Recurring =
  (recurrence: Recurrence) =>
  <Job extends Run>(_target: object, _name: string | symbol, method: TypedPropertyDescriptor<Job>): void =>
    Reflect.defineMetadata(DECLARED, recurrence, method.value as Run);

/** Undefined for a method that is no job. */
export const recurrenceOf = (method: unknown): Recurrence | undefined =>
  typeof method === 'function' ? (Reflect.getMetadata(DECLARED, method) as Recurrence | undefined) : undefined;
