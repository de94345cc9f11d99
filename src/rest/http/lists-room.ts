// How many bytes of lists this process has in memory for its clients: what doesn't fit waits for a while, and is then told to
// come again. One address has half of it at most, so that clients that read slowly, or not at all, keep nothing from others.
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config.js';
import { DomainError } from '../../platform/errors.js';
import { networkOf } from '../../platform/http/request-shares.js';
import { observeListBytes } from '../../platform/metrics.controller.js';
import { CONFIG } from '../../platform/injection-tokens.js';

/** How long a list waits for room. */
const PATIENCE_MS = 2000;
const MOST_WAITING = 200;

const busy = (): DomainError =>
  new DomainError(
    'unavailable',
    'lists.busy',
    'Lists that are being sent use all the memory that is reserved for them. Ask again, or for fewer objects a page (?limit=).',
    { retryAfter: 5 },
  );

interface Waiting {
  readonly holder: string;
  readonly bytes: number;
  readonly enter: () => void;
}

/** Bytes that a reply may have in memory; they go back when the reply is over, whatever became of it. */
export interface ListShare {
  /** Gives back what turned out not to be needed. */
  shrinkTo(bytes: number): void;
  /** Rejects with unavailable `lists.busy`. */
  growTo(bytes: number): Promise<void>;
}

@Injectable()
export class ListsRoom {
  private readonly held = new Map<string, number>();
  private total = 0;
  private readonly waiting = new Set<Waiting>();
  private readonly ofOne: number;

  private readonly sharers = new WeakSet<FastifyReply['raw']>();

  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'listBytes'>) {
    this.ofOne = Math.ceil(config.listBytes / 2);
  }

  /** True for a reply that has entered. */
  hasShare({ raw }: FastifyReply): boolean {
    return this.sharers.has(raw);
  }

  /** Rejects with unavailable `lists.busy` where no room came free in time, or the client has left meanwhile. */
  async enter({ ip }: FastifyRequest, { raw }: FastifyReply, bytes: number): Promise<ListShare> {
    const holder = networkOf(ip);
    this.sharers.add(raw);
    let [mine, over] = [0, raw.closed];
    const set = (to: number): void => {
      this.change(holder, to - mine);
      mine = to;
    };
    raw.once('close', () => {
      over = true;
      set(0);
    });
    const growTo = async (wanted: number): Promise<void> => {
      // What is more than there is at all has all of it.
      const more = Math.min(wanted, this.ofOne) - mine;
      if (more > 0) await this.take(holder, more, (cancel) => raw.once('close', cancel));
      mine += Math.max(more, 0);
      if (!over) return;
      set(0);
      throw busy();
    };
    await growTo(bytes);
    return { growTo, shrinkTo: (least) => !over && least < mine && set(least) };
  }

  private take(holder: string, bytes: number, whenGone: (cancel: () => void) => void): Promise<void> {
    if (this.waiting.size === 0 && this.fits(holder, bytes)) {
      this.change(holder, bytes);
      return Promise.resolve();
    }
    if ([...this.waiting].filter((one) => one.holder === holder).length >= MOST_WAITING / 2)
      return Promise.reject(busy());
    if (this.waiting.size >= MOST_WAITING) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (!this.waiting.delete(entry)) return;
        clearTimeout(timer);
        reject(busy());
        this.letIn();
      };
      const timer = setTimeout(leave, PATIENCE_MS);
      const enter = (): void => {
        this.waiting.delete(entry);
        clearTimeout(timer);
        this.total += bytes;
        this.held.set(holder, (this.held.get(holder) ?? 0) + bytes);
        resolve();
      };
      const entry = { holder, bytes, enter };
      this.waiting.add(entry);
      whenGone(leave);
      this.letIn();
    });
  }

  private fits(holder: string, bytes: number): boolean {
    return this.total + bytes <= this.config.listBytes && this.fitsOne(holder, bytes);
  }

  private fitsOne(holder: string, bytes: number): boolean {
    return (this.held.get(holder) ?? 0) + bytes <= this.ofOne;
  }

  private change(holder: string, by: number): void {
    this.total += by;
    const left = (this.held.get(holder) ?? 0) + by;
    if (left > 0) this.held.set(holder, left);
    else this.held.delete(holder);
    if (by < 0) this.letIn();
    observeListBytes(this.total);
  }

  /** In the order in which they came; only those wait longer whose address has its half already. */
  private letIn(): void {
    for (const one of this.waiting) {
      if (!this.fitsOne(one.holder, one.bytes)) continue;
      if (!this.fits(one.holder, one.bytes)) return;
      one.enter();
    }
  }
}
