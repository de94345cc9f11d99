// All readers of the stream of this process: joins each to what is live, tells them, keeps their connections alive, and
// sends them elsewhere when the server leaves. What a slow reader doesn't take is not kept for it: it reads again.
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { DomainError } from '../platform/errors.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { errorForLog } from '../platform/error-for-log.js';
import { LOGGER } from '../platform/injection-tokens.js';
import { EventFeed } from './event-feed.js';
import { isWanted, type StreamFilter } from './filter.js';
import { StreamLimits } from './limits.js';
import { Replay } from './replay.js';
import type { StreamEvent } from './stream-event.js';
import type { Subscriber } from './subscriber.js';

/** Events that a reader who joins gets from memory at a time. */
const STEP = 500;

@Injectable()
export class Subscribers implements OnModuleDestroy {
  private readonly all = new Set<Subscriber>();
  private beating: NodeJS.Timeout | undefined;

  constructor(
    private readonly feed: EventFeed,
    private readonly replay: Replay,
    private readonly limits: StreamLimits,
    private readonly lifecycle: Lifecycle,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    feed.subscribe(
      (events) => this.tell(events),
      () => this.all.size > 0,
    );
    lifecycle.onLeave(() => this.endAll());
  }

  get count(): number {
    return this.all.size;
  }

  get isLeaving(): boolean {
    return this.lifecycle.isLeaving;
  }

  /** Refuses one more than there may be. */
  requireRoom(): void {
    if (this.all.size < this.limits.subscribers) return;
    throw new DomainError(
      'unavailable',
      'stream.too_many',
      `${this.limits.subscribers} readers follow the stream already, which is the limit. Try again later, or read /api/v1/event/.`,
      { retryAfter: 10 },
    );
  }

  /** Tells a reader everything after its position: first what it missed, then what comes. */
  add(reader: Subscriber): void {
    this.all.add(reader);
    reader.onOver(() => this.forget(reader));
    this.beating ??= this.nextBeat();
    this.catchUp(reader);
  }

  private catchUp(reader: Subscriber): void {
    reader.live = false;
    this.join(reader).catch((error: unknown) => {
      this.log.warn({ err: errorForLog(error) }, 'a replay of the stream ended early');
      reader.end(this.limits.retryMs);
    });
  }

  onModuleDestroy(): void {
    this.endAll();
  }

  private forget(reader: Subscriber): void {
    this.all.delete(reader);
    if (this.all.size > 0) return;
    clearTimeout(this.beating);
    this.beating = undefined;
  }

  /**
   * Pages from the database, each when the one before was taken, until memory reaches back to where the reader is; the step
   * from memory to live is taken without waiting, so that no event can come between.
   */
  private async join(reader: Subscriber): Promise<void> {
    for (;;) {
      await this.feed.started;
      await reader.drained();
      if (reader.isOver) return;
      const last = this.feed.last ?? 0;
      const kept = this.feed.after(reader.position, STEP);
      if (kept) {
        this.sendTo(reader, kept, kept.at(-1)?.seq ?? reader.position);
        reader.live = kept.length < STEP;
        if (reader.live) return;
      } else {
        const { events, upTo } = await this.replay.page(reader.filter, reader.position, last);
        this.sendTo(reader, events, upTo);
      }
    }
  }

  private sendTo(reader: Subscriber, events: readonly StreamEvent[], upTo: number): void {
    const messages = messagesFor(reader.filter, events);
    reader.position = upTo;
    if (messages) reader.send(messages.bytes, messages.upTo);
  }

  private tell(events: readonly StreamEvent[]): void {
    const byFilter = new Map<string, Messages | undefined>();
    const first = events[0]?.seq ?? 0;
    const last = events.at(-1)?.seq ?? 0;
    for (const reader of this.all) {
      if (!reader.live || reader.position >= last) continue;
      if (reader.position >= first) {
        // It came from a process that had heard more than this one.
        const { position } = reader;
        this.sendTo(
          reader,
          events.filter((event) => event.seq > position),
          last,
        );
        continue;
      }
      let messages = byFilter.get(reader.key);
      if (!messages && !byFilter.has(reader.key))
        byFilter.set(reader.key, (messages = messagesFor(reader.filter, events)));
      reader.position = last;
      if (messages) reader.send(messages.bytes, messages.upTo);
      // What it doesn't take must not pile up here: it is told again from where it is, as fast as it takes it.
      if (reader.isBehind) this.catchUp(reader);
    }
  }

  private beat(): void {
    for (const reader of this.all) reader.beat();
    if (this.all.size > 0) this.beating = this.nextBeat();
  }

  /** A comment comes at the second beat without a message: two of them are less than the time that is promised. */
  private nextBeat(): NodeJS.Timeout {
    return setTimeout(() => this.beat(), this.limits.heartbeatMs * 0.45).unref();
  }

  private endAll(): void {
    for (const reader of [...this.all]) reader.end(this.limits.retryMs);
  }
}

interface Messages {
  readonly bytes: Buffer;
  /** The number of the last one. */
  readonly upTo: number;
}

function messagesFor(filter: StreamFilter, events: readonly StreamEvent[]): Messages | undefined {
  const wanted = events.filter((event) => isWanted(filter, event));
  const last = wanted.at(-1);
  return last && { bytes: Buffer.concat(wanted.map((event) => event.message)), upTo: last.seq };
}
