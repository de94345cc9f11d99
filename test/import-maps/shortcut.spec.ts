// What is answered past the framework can't be told from what goes through it: the same status, headers and bytes.
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.http.patch('/services?skip_url_check').send({ service: 'app', url: 'https://cdn.example/app.js' });
});

afterAll(() => server.stop());

/** Headers that are each answer's own. */
const OWN = ['x-request-id', 'date'];

interface Answered {
  readonly status: number | undefined;
  /** Sorted, in lower case; those of their own by name only. */
  readonly headers: readonly string[];
  readonly body: string;
}

async function ask(path: string, headers: Record<string, string> = {}): Promise<Answered> {
  const request = http.get(`${server.base}${path}`, { headers });
  const [reply] = (await once(request, 'response')) as [IncomingMessage];
  const said = Object.entries(reply.headers).map(([name, value]) =>
    OWN.includes(name) ? name : `${name}: ${String(value)}`,
  );
  const chunks: Buffer[] = await reply.toArray();
  return { status: reply.statusCode, headers: said.toSorted(), body: Buffer.concat(chunks).toString() };
}

const etagOf = ({ headers }: Answered): string =>
  headers.find((header) => header.startsWith('etag: '))?.slice('etag: '.length) ?? '';

describe.each(['/import-map.json', '/stamp.js'])('%s', (path) => {
  // With a query it is never taken.
  const theLongWay = `${path}?other=1`;

  it('is the same the second time, and the long way', async () => {
    const first = await ask(path);
    expect(first.status).toBe(200);
    const [second, long] = [await ask(path), await ask(theLongWay)];
    expect(second).toEqual(first);
    expect(second).toEqual(long);
    expect(second.headers).toContain('x-request-id');
  });

  it('is the same to who has it', async () => {
    const known = { 'If-None-Match': etagOf(await ask(path)) };
    const [short, long] = [await ask(path, known), await ask(theLongWay, known)];
    expect(short.status).toBe(304);
    expect(short).toEqual(long);
  });
});
