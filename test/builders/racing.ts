// Parallel requests on two servers with one database, in turn: `const race = await startRace()` for each suite.
import { startTestServer, type TestServer } from '../setup/test-server.js';

export interface RaceAnswer {
  readonly status: number;
  /** The version that the body shows, if any. */
  readonly version: number | undefined;
  readonly text: string;
}

export class Race {
  private turn = 0;

  constructor(private readonly servers: readonly [TestServer, TestServer]) {}

  get server(): TestServer {
    return this.servers[0];
  }

  /** One request, on the next server in turn. */
  async send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<RaceAnswer> {
    const server = this.servers[this.turn++ % 2 === 0 ? 0 : 1];
    const reply = await fetch(`${server.base}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await reply.text();
    const version = /"version":(\d+)/.exec(text)?.[1];
    return { status: reply.status, version: version === undefined ? undefined : Number(version), text };
  }

  /** PATCH updateticketstatus. */
  patch(id: number, body: object, headers?: Record<string, string>): Promise<RaceAnswer> {
    return this.send('PATCH', `/api/v1/updateticketstatus/${id}/`, body, headers);
  }

  async stop(): Promise<void> {
    for (const server of this.servers) await server.stop();
  }
}

export async function startRace(): Promise<Race> {
  const first = await startTestServer();
  return new Race([first, await startTestServer({}, first.connection)]);
}

/** Starts them all at once. */
export const all = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** `[1, 2, …, count]` */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

export const ascending = (values: number[]): number[] => [...values].sort((one, other) => one - other);
