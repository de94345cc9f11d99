// How a writer of a batch (group-commit.ts) lets the next one begin before its own statements are answered: a connection answers
// in order, so what is sent behind them sees what they do. Without it a batch waits for Postgres once for each writer.
import type { Tx } from './db.js';

/** One writer's turn. */
export interface Turn {
  /** Resolves when the next one may begin; never where this one keeps its turn to its end. */
  readonly over: Promise<void>;
  /** What the one before has left. */
  readonly known: unknown;
  /** What this one leaves. */
  left: unknown;
}

interface OpenTurn extends Turn {
  readonly end: () => void;
  /** False for a writer behind whose work more is sent. */
  readonly mayHandOver: boolean;
}

const turns = new WeakMap<Tx, OpenTurn>();

/** Begins a turn; `known` is what the one before it left. */
export function beginTurn(tx: Tx, known: unknown, mayHandOver: boolean): Turn {
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const turn = { over, known, left: undefined, end, mayHandOver };
  turns.set(tx, turn);
  return turn;
}

/**
 * The writer has sent its last statement, or left it: the next one begins, with what this one knows. Whoever calls it sends nothing more,
 * and what fails afterwards fails the whole batch, of which each is then tried by itself. Without an effect outside a batch.
 */
export function handOver(tx: Tx, known: unknown): void {
  const turn = turns.get(tx);
  if (!turn?.mayHandOver) return;
  turn.left = known;
  turn.end();
}

/** Whether this one may hand over: what it leaves (`tx.leave`) is then sent by its batch at the latest. */
export const isHandingOver = (tx: Tx): boolean => turns.get(tx)?.mayHandOver ?? false;

/** What the writer just before this one handed over; undefined where there was none, or it kept its turn. */
export const handedOver = (tx: Tx): unknown => turns.get(tx)?.known;
