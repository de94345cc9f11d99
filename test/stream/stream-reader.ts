// A reader of the stream as a browser is one: parses Server-Sent Events, keeps its last id, comes back with it when told to.
import http from 'node:http';

export interface Message {
  readonly id: string;
  /** `message` unless the stream says otherwise. */
  readonly kind: string;
  readonly data: Record<string, any>;
}

export class StreamReader {
  readonly messages: Message[] = [];
  /** Comments, each with what stands behind the colon. */
  comments = 0;
  /** Messages that say no more than a position. */
  positions = 0;
  retry: number | undefined;
  lastId = '';
  /** The id of the last message with data: what a client has that keeps no id which comes alone. */
  lastDataId = '';
  status = 0;
  headers: http.IncomingHttpHeaders = {};
  /** The body of an answer that is no stream. */
  text = '';
  /** How often a connection of it has ended. */
  ends = 0;
  private rest = '';
  private request: http.ClientRequest | undefined;
  private response: http.IncomingMessage | undefined;
  private watchers: (() => void)[] = [];

  constructor(
    private readonly base: () => string,
    private readonly path = '/stream',
    private readonly given: Record<string, string> = {},
  ) {}

  /** Resolves when the answer has begun. Sends the last id that it has. */
  async connect(): Promise<this> {
    const headers = {
      Accept: 'text/event-stream',
      ...this.given,
      ...(this.lastId ? { 'Last-Event-ID': this.lastId } : {}),
    };
    this.rest = '';
    await new Promise<void>((resolve, reject) => {
      this.request = http.get(`${this.base()}${this.path}`, { headers, agent: false }, (response) => {
        this.response = response;
        this.status = response.statusCode ?? 0;
        this.headers = response.headers;
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => this.take(chunk));
        response.on('error', () => undefined);
        response.on('close', () => {
          this.ends += 1;
          this.notify();
        });
        resolve();
      });
      this.request.on('error', reject);
    });
    return this;
  }

  /** Follows for ever: comes back 20 ms after each end. Answers how to stop. */
  follow(): () => void {
    let over = false;
    const go = async (): Promise<void> => {
      while (!over) {
        const ends = this.ends;
        await this.connect().then(
          () => this.until(() => this.ends > ends || over, 3_600_000),
          () => undefined,
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    void go();
    return () => {
      over = true;
      this.close();
      this.notify();
    };
  }

  /** Takes nothing from now on. */
  stall(): void {
    this.response?.pause();
  }

  resume(): void {
    this.response?.resume();
  }

  close(): void {
    this.request?.destroy();
  }

  get seqs(): number[] {
    return this.messages.filter((one) => one.kind === 'message').map((one) => Number(one.id));
  }

  get lines(): string[] {
    return this.messages.map((one) => String(one.data.line));
  }

  async until(holds: () => boolean, withinMs = 10_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Not within ${withinMs} ms; ${this.messages.length} messages.`)),
        withinMs,
      );
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.watchers = this.watchers.filter((one) => one !== look);
        resolve();
      };
      this.watchers.push(look);
    });
  }

  private notify(): void {
    for (const look of [...this.watchers]) look();
  }

  private take(chunk: string): void {
    if (this.status !== 200) {
      this.text += chunk;
      return;
    }
    const blocks = (this.rest + chunk).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.block(block.split('\n'));
    this.notify();
  }

  private block(lines: string[]): void {
    let [data, kind] = ['', 'message'];
    for (const line of lines) {
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (line.startsWith(':')) this.comments += 1;
      else if (field === 'id') this.lastId = value;
      else if (field === 'retry') this.retry = Number(value);
      else if (field === 'event') kind = value;
      else if (field === 'data') data += value;
    }
    if (data) this.lastDataId = this.lastId;
    if (kind === 'position') this.positions += 1;
    else if (data) this.messages.push({ id: this.lastId, kind, data: JSON.parse(data) as Record<string, any> });
  }
}
