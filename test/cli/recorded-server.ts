// A server that answers as another one did, but for what a test puts in place of it: first it passes on and keeps, then it
// answers from what it kept.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly type: string;
  text: string;
}

/** Makes one value of an answer another: `member` is what it is called. */
export type Change = (member: string, value: unknown) => unknown;

export class RecordedServer {
  private readonly kept = new Map<string, Answer>();
  /** How many requests there were. */
  count = 0;
  private change: Change | undefined;
  private readonly server: Server = createServer((request, reply) => {
    this.answer(request, reply).catch(() => reply.destroy());
  });

  private constructor(private readonly behind: string) {}

  /** `behind`: the URL of the server whose answers are kept. */
  static async start(behind: string): Promise<RecordedServer> {
    const made = new RecordedServer(behind);
    await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on what was kept is answered, and nothing is passed on. */
  answersWith(change: Change): void {
    this.change = change;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    this.count++;
    const name = `${request.method} ${request.url}`;
    if (this.change) return this.replay(name, reply, this.change);
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    const headers = new Headers(
      Object.entries(request.headers).flatMap(([header, value]) =>
        ['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'].includes(header)
          ? []
          : [[header, String(value)] as [string, string]],
      ),
    );
    const left = new AbortController();
    reply.on('close', () => left.abort());
    const answered = await fetch(this.behind + request.url, {
      method: request.method ?? 'GET',
      headers,
      signal: left.signal,
      ...(body.length > 0 ? { body: Buffer.concat(body) } : {}),
    });
    const type = answered.headers.get('content-type') ?? '';
    const kept: Answer = { status: answered.status, type, text: '' };
    this.kept.set(name, kept);
    reply.writeHead(answered.status, { 'content-type': type });
    const decoder = new TextDecoder();
    if (answered.body)
      for await (const chunk of answered.body) {
        kept.text += decoder.decode(chunk as Uint8Array, { stream: true });
        reply.write(chunk);
      }
    reply.end();
  }

  private replay(name: string, reply: ServerResponse, change: Change): void {
    const { status, type, text } = this.kept.get(name) ?? this.alike(name) ?? NOT_FOUND;
    reply.writeHead(status, { 'content-type': type });
    if (type.includes('event-stream'))
      reply.end(text.replaceAll(/^data: (.*)$/gm, (_, data: string) => `data: ${changed(data, change)}`));
    else reply.end(type.includes('json') ? changed(text, change) : text);
  }

  /** The same call of something else: what is asked next may be made of what was answered before. */
  private alike(name: string): Answer | undefined {
    const kind = (of: string): string => of.split('?', 1)[0]?.replaceAll(/(?<=api\/v1\/\w+\/)[^/]+/g, '') ?? '';
    return [...this.kept].find(([other]) => kind(other) === kind(name))?.[1];
  }
}

const NOT_FOUND: Answer = { status: 404, type: 'application/json', text: '{"error": "There is none."}' };

function changed(text: string, change: Change): string {
  try {
    return JSON.stringify(JSON.parse(text, (member, value: unknown) => change(member, value)));
  } catch {
    return text;
  }
}
