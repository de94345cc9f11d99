// The typed client over openapi.json (schema.d.ts is generated from it): every write has an Idempotency-Key, and what failed
// on the way is tried again where that is safe.
import { randomUUID } from 'node:crypto';
import createClient, { type Client } from 'openapi-fetch';
import { pause } from './pause.js';
import type { paths } from './schema.js';
import { eventIn, type WrongName, wrongNameIn } from './answered-names.js';

export interface ServerOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Whose tickets keys mean, where that isn't left to the server. */
  readonly project?: string | undefined;
  /** Milliseconds that tries may go on; see `retryDelay`. */
  readonly patienceMs?: number;
  /** Hears of each answer, for --verbose. */
  readonly heard?: (line: string) => void;
  /** Hears once that a request is tried again. */
  readonly waiting?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The server can't be reached, or didn't answer in time. */
export class Unreachable extends Error {}

/** The server answered, and not with 2xx. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: Readonly<Record<string, unknown>>,
    /** The server's. */
    readonly url = '',
  ) {
    super(messageOf(status, body));
  }

  /** True where the same request may be sent again later. */
  get isNotNow(): boolean {
    return NOT_NOW.has(this.status);
  }

  /** The server's stable name for it: `ticket.frozen`. */
  get code(): string {
    return typeof this.body.code === 'string' ? this.body.code : '';
  }
}

/** Statuses that say: not now. The same request may be sent again. */
const NOT_NOW = new Set([429, 502, 503, 504]);
/** Stands for an answer that can't be used; not one that will be another if it is asked for again. */
const UNEXPECTED = 500;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5000;
const PATIENCE_MS = 5000;
/** What a server may ask for with Retry-After. A longer timer would end at once. */
const LONGEST_ASKED_S = 3600;

export class Server {
  readonly url: string;
  readonly api: Client<paths>;

  constructor(private readonly options: ServerOptions) {
    this.url = options.url;
    this.api = createClient<paths>({ baseUrl: options.url, fetch: (request: Request) => this.send(request) });
  }

  /**
   * What a call of `api` answered. Rejects with Refusal; Unreachable.
   * @example const ticket = await server.of(server.api.GET('/api/v1/ticket/{id}/', { params: { path: { id: 'TKT-1' } } }));
   */
  async of<Data>(call: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
    const { data, error, response } = await call;
    const wrong = response.ok ? wrongNameIn(data) : undefined;
    if (wrong) throw this.unexpected(wrong);
    if (response.ok) return data as Data;
    throw new Refusal(response.status, asObject(error), this.url);
  }

  /** An event of /stream. Throws Refusal where it names what can't be, or is none. */
  eventIn<Event>(data: string): Event {
    try {
      return eventIn<Event>(data, (wrong) => this.unexpected(wrong));
    } catch (error) {
      throw error instanceof SyntaxError ? this.unexpected({ member: 'event', text: data }) : error;
    }
  }

  private unexpected({ member, text }: WrongName): Refusal {
    const what = `${member} is ${JSON.stringify(text.slice(0, 50))}`;
    const error = `This answer is not from Stampline: ${what}. It was ignored. Check the URL of the server.`;
    return new Refusal(UNEXPECTED, { code: 'answer.unexpected', error }, this.url);
  }

  /**
   * One request, tried again while the server can't be reached or says "not now": reads always, writes too, since each has an
   * Idempotency-Key. Rejects with Unreachable; with the signal's reason.
   */
  async send(request: Request): Promise<Response> {
    const { method } = request;
    const url = inProject(request.url, this.options.project);
    const headers = new Headers(request.headers);
    if (this.options.token) headers.set('authorization', `Bearer ${this.options.token}`);
    if (!['GET', 'HEAD'].includes(method) && !headers.has('idempotency-key'))
      headers.set('idempotency-key', `stamp-${randomUUID()}`);
    const body = request.body === null ? undefined : await request.blob();
    const until = performance.now() + (this.options.patienceMs ?? PATIENCE_MS);
    for (let again = 0; ; again++) {
      const signal = this.options.signal ? AbortSignal.any([this.options.signal, request.signal]) : request.signal;
      const tried = await this.once(method, url, { headers, body, signal });
      const delay = retryDelay(tried, again);
      if (delay === undefined || performance.now() + delay > until) return answered(tried, this.url);
      if (again === 0) this.options.waiting?.(`${this.url} does not answer: trying again …`);
      await pause(delay, signal);
    }
  }

  private async once(
    method: string,
    url: string,
    init: { headers: Headers; body: Blob | undefined; signal: AbortSignal },
  ): Promise<Response | Error> {
    const started = performance.now();
    const tell = (what: string): void =>
      this.options.heard?.(`${method} ${url} ${what} (${Math.round(performance.now() - started)} ms)`);
    try {
      const response = await fetch(url, { method, redirect: 'error', ...init });
      tell(String(response.status));
      return response;
    } catch (error) {
      init.signal.throwIfAborted();
      const cause = (error as Error).cause ?? error;
      tell((cause as Error).message);
      return cause as Error;
    }
  }
}

/** A ticket's key in a URL means the one of the project, unless the URL itself says which. */
function inProject(url: string, project: string | undefined): string {
  const [, resource = ''] = /\/api\/v1\/(\w+)\/[A-Za-z]\w*-\d+(?:\/|$|\?)/.exec(url) ?? [];
  if (!project || !resource.includes('ticket')) return url;
  const made = new URL(url);
  if (!made.searchParams.has('project')) made.searchParams.set('project', project);
  return made.href;
}

/** Milliseconds to wait before the next try; undefined where there is none. */
function retryDelay(tried: Response | Error, again: number): number | undefined {
  const growing = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** again) * (0.75 + Math.random() / 2);
  if (tried instanceof Error) return growing;
  if (!NOT_NOW.has(tried.status)) return undefined;
  const asked = Number(tried.headers.get('retry-after'));
  return asked > 0 ? Math.min(asked, LONGEST_ASKED_S) * 1000 : growing;
}

function answered(tried: Response | Error, url: string): Response {
  if (tried instanceof Response) return tried;
  throw new Unreachable(`${url} does not answer: ${tried.message || 'the connection failed'}.`, { cause: tried });
}

const asObject = (error: unknown): Readonly<Record<string, unknown>> =>
  typeof error === 'object' && error !== null
    ? (error as Record<string, unknown>)
    : { error: typeof error === 'string' ? error : '' };

/** The server's own words: of a field, of the whole, or what the status says. */
function messageOf(status: number, body: Readonly<Record<string, unknown>>): string {
  for (const name of ['error', 'error_message', 'message']) if (typeof body[name] === 'string') return body[name];
  const fields = Object.values(body).find((value) => typeof value === 'object' && value !== null);
  if (!fields) return `The server answered ${status}.`;
  const [field, texts] = Object.entries(fields as Record<string, unknown>)[0] ?? ['', ''];
  return `${field}: ${Array.isArray(texts) ? texts.join(' ') : String(texts)}`;
}
