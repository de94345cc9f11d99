// GET ticket/<id>/?wait=30&until=step>=500: answers as soon as it is so. All who wait share one small query, asked when the
// log tells of one of their tickets.
import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Db } from '../platform/database/db.js';
import { DomainError, invalid } from '../platform/errors.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { OpenQuotas } from '../quotas/open-quotas.js';
import { Quotas } from '../quotas/quotas.js';
import { EventFeed } from '../stream/event-feed.js';
import { COMPLETE, FAILED } from '../workflow/steps.js';
import { quoted } from '../platform/redact.js';

interface Watched {
  id: number;
  step: number;
  status: number;
  version: number;
  closed: boolean;
}

export type Condition = (ticket: Watched) => boolean;

interface Waiting {
  readonly id: number;
  readonly condition: Condition;
  readonly done: () => void;
}

/** Between two looks where the log told of nothing: it may be late, and never is for good. */
const LOOK_EVERY_MS = 1000;
export const LONGEST_SECONDS = 60;
const MOST_WAITING = 1000;

const COMPARISONS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '>=': (one, other) => one >= other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '<': (one, other) => one < other,
  '=': (one, other) => one === other,
};

/** `failed`, `complete`, `closed`, or `step|status|version` compared with a number. 999 is a number like any other. */
export function parseUntil(text: string): Condition {
  if (text === 'failed') return (ticket) => ticket.step === FAILED || ticket.status === FAILED;
  if (text === 'complete') return (ticket) => ticket.step === COMPLETE;
  if (text === 'closed') return (ticket) => ticket.closed;
  const parts = /^(step|status|version)(>=|<=|>|<|=)(\d{1,9})$/.exec(text);
  const compare = COMPARISONS[parts?.[2] ?? ''];
  if (!parts || !compare) {
    throw invalid(
      'wait.bad_until',
      `until=${quoted(text, 100)} is not a valid condition. Use failed, complete, closed, or step>=500 (also status and version, with >= <= > < =).`,
    );
  }
  const wanted = Number(parts[3]);
  const field = parts[1] as 'step' | 'status' | 'version';
  return (ticket) => compare(ticket[field], wanted);
}

/** Seconds to wait, 60 at most. */
export function parseWait(text: string): number {
  const seconds = Number(text);
  if (text !== '' && Number.isFinite(seconds) && seconds >= 0) return Math.min(seconds, LONGEST_SECONDS);
  throw invalid('wait.bad_seconds', `wait=${quoted(text, 100)} is not a number of seconds (0 to ${LONGEST_SECONDS}).`);
}

@Injectable()
export class TicketWaiter {
  private readonly waiting = new Set<Waiting>();
  private looking = false;
  /** Something happened since the last look began. */
  private due = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly db: Db,
    private readonly lifecycle: Lifecycle,
    private readonly quotas: Quotas,
    private readonly open: OpenQuotas,
    feed: EventFeed,
  ) {
    lifecycle.onLeave(() => this.releaseAll());
    feed.subscribe(
      (events) => {
        const ids = new Set([...this.waiting].map((one) => one.id));
        if (events.some((event) => event.ticket !== null && ids.has(event.ticket))) this.lookSoon();
      },
      () => this.waiting.size > 0,
    );
  }

  /** Counts a wait for its owner and the ticket's project. Rejects with too_many `quota.waits`. */
  async admit(id: number, owner: string, answer: ServerResponse): Promise<void> {
    const project = await this.quotas.projectOfTicket(this.db, id);
    this.open.take('waits', owner, project ? [project] : [], answer);
  }

  /** Resolves when the condition holds, the ticket is gone, the time is over, the client left, or the server is leaving. */
  async wait(
    id: number,
    condition: Condition,
    seconds: number,
    onClientGone: (listener: () => void) => void,
  ): Promise<void> {
    if (this.waiting.size >= MOST_WAITING) {
      throw new DomainError(
        'unavailable',
        'wait.too_many',
        'Too many requests are waiting for tickets. Try again without wait.',
        { retryAfter: 2 },
      );
    }
    if (this.lifecycle.isLeaving) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => one.done(), seconds * 1000);
      const one: Waiting = {
        id,
        condition,
        done: () => {
          clearTimeout(timer);
          this.waiting.delete(one);
          resolve();
        },
      };
      this.waiting.add(one);
      onClientGone(one.done);
      this.lookSoon();
      void this.look();
    });
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    while (this.waiting.size > 0) {
      this.due = false;
      await this.lookOnce().catch(() => undefined); // The database is away: those who wait find out when their time is over.
      if (!this.due) await this.pause();
    }
    this.looking = false;
  }

  private lookSoon(): void {
    this.due = true;
    this.wake();
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async lookOnce(): Promise<void> {
    // Only those who came before the look: one who came later may know of a change that it didn't see.
    const asked = [...this.waiting];
    const rows = await this.db.run<Watched>({
      name: 'tickets_watched',
      text: 'SELECT id, current_workflow_step AS step, status, version, closed_at IS NOT NULL AS closed FROM ticket WHERE id = ANY($1::bigint[])',
      values: [[...new Set(asked.map((one) => one.id))]],
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const one of asked) {
      const ticket = byId.get(one.id);
      if (!ticket || one.condition(ticket)) one.done();
    }
  }

  private releaseAll(): void {
    for (const one of [...this.waiting]) one.done();
  }
}
