// X-Stamp-Shows: an answer to another query, as a service worker or a CDN may give it, is known for what it is.
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const shows = async (query: string, headers: Record<string, string> = {}): Promise<[number, string | null]> => {
  const reply = await fetch(`${server.base}/import-map.json${query}`, { headers });
  return [reply.status, reply.headers.get('x-stamp-shows')];
};

it('says which tickets, or which release, a map has, and nothing for production', async () => {
  const { key, id } = await aStampedTicket(server).withModule('shown');
  const qa = await aStampedTicket(server).withModule('shown-qa').at('qa');
  const rows: readonly (readonly [string, string | null])[] = [
    ['', null],
    [`?dev=${key}`, `dev=${key}`],
    [`?dev=TKT-9999&dev=${id}`, `dev=${id}`],
    [`?dev=${key},%20${id}&qa=${qa.key}`, `dev=${key}%2C%20${id}&qa=${qa.key}`],
    [`?dev=${key}~AbCdEfGhIjKlMnOp`, `dev=${key}`],
    ['?release=0', 'release=0'],
    ['?at=2100-01-01T00:00:00Z', null],
    ['?dev=TKT-9999', null],
    [`?qa=${key}`, null],
    [`?other=${key}`, null],
  ];
  for (const [query, expected] of rows) expect([query, ...(await shows(query))]).toEqual([query, 200, expected]);
});

it('says so in a 304, too', async () => {
  const { key } = await aStampedTicket(server).withModule('known');
  const etag = String((await fetch(`${server.base}/import-map.json?dev=${key}`)).headers.get('etag'));
  expect(await shows(`?dev=${key}`, { 'If-None-Match': etag })).toEqual([304, `dev=${key}`]);
});
