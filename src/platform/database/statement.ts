// How SQL is handed about: a text, its values and, for texts that repeat, a name under which the server keeps it prepared.

export interface Statement {
  /** Prepared once per connection under this name (at most 63 bytes); absent for texts that vary without bound. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
  /**
   * Milliseconds that this statement may take, where the usual limit (connection.ts) doesn't fit it. Postgres ends it then; the
   * client gives up on the answer CLIENT_GRACE_MS later.
   */
  readonly limitMs?: number;
}

/** Anything that runs a statement: the pool, where each is a transaction of its own, or an open transaction. */
export interface Sql {
  run<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]>;
}

/** Collects a statement's values and hands out their placeholders. */
export class Values {
  readonly list: unknown[] = [];

  /** The placeholder (`$3`) of a value. */
  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

/** `'…'` for texts of our own that go into a statement; never for input. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
