// One reader of the stream: its connection, and the number up to which it has been told everything that it wants.
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { StreamFilter } from './filter.js';
import type { StreamLimits } from './limits.js';

/** How long an ended connection may take to carry the last words. */
const LAST_WORDS_MS = 1000;

/** No event of the log: it has no row. */
const POSITION = 'stream.position';

/** Names a position to every client: a comment for those who wait for life, and a kind of message that `onmessage` passes over. */
export function positionMessage(position: number): string {
  const data = {
    seq: position,
    type: POSITION,
    severity: 'info',
    line: `Nothing is missing up to ${position}.`,
  };
  return `:\nid: ${position}\nevent: position\ndata: ${JSON.stringify(data)}\n\n`;
}

export class Subscriber {
  /** What tells filters apart: readers with the same one get the same bytes. */
  readonly key: string;
  /** True while it is told as events come; false while it reads what it missed. */
  live = false;
  private quiet = true;
  /** The last number that a message with data gave it. */
  private said = 0;
  private over = false;
  private readonly endings = new Set<() => void>();

  constructor(
    private readonly reply: ServerResponse,
    readonly filter: StreamFilter,
    public position: number,
    private readonly limits: StreamLimits,
  ) {
    this.key = JSON.stringify(filter);
    reply.once('close', () => this.finish());
    reply.once('error', () => this.finish());
    // It may have left while it was looked up where it begins.
    if (reply.destroyed) this.finish();
  }

  /** The connection itself, which spares the reply's care for each message; the head has been sent. */
  private get out(): Writable {
    return this.reply.socket ?? this.reply;
  }

  get isOver(): boolean {
    return this.over;
  }

  onOver(listener: () => void): void {
    if (this.over) listener();
    else this.endings.add(listener);
  }

  /** True when it takes less than it is sent: it must be sent no more before it has caught up. */
  get isBehind(): boolean {
    return this.out.writableLength > this.limits.queuedBytes;
  }

  /** `upTo`: the number of the last message in these bytes, where they have one. */
  send(bytes: Buffer | string, upTo = this.said): void {
    if (this.over) return;
    this.quiet = false;
    this.said = upTo;
    this.out.write(bytes);
  }

  /**
   * A comment where nothing was sent since the last beat, with the number up to which nothing is missing; as a message where no
   * event had it, since some clients keep no id that comes without data.
   */
  beat(): void {
    if (this.quiet) this.send(this.said === this.position ? ':\n\n' : positionMessage(this.position), this.position);
    this.quiet = true;
  }

  /** Resolves when what was sent has been taken, or it is over. Drops a reader that takes nothing for too long. */
  async drained(): Promise<void> {
    const { out } = this;
    if (this.over || !out.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const stalled = setTimeout(() => this.drop(), this.limits.stalledMs);
      const done = (): void => {
        clearTimeout(stalled);
        this.endings.delete(done);
        resolve();
      };
      out.once('drain', done);
      this.onOver(done);
    });
  }

  /** Says when to come back, and closes. */
  end(retryMs: number): void {
    if (this.over) return;
    this.reply.end(`retry: ${retryMs}\n\n`);
    // A reader that takes nothing must not keep the server from ending.
    const { socket } = this.reply;
    setTimeout(() => socket?.destroy(), LAST_WORDS_MS).unref();
    this.finish();
  }

  private drop(): void {
    this.reply.destroy();
    this.finish();
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    for (const listener of this.endings) listener();
  }
}
