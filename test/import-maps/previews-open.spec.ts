// Where previews need no key, and what comes of trying keys.
import { bearer, type GuardedServer, startGuarded } from '../access/world.js';
import { startTestServer } from '../setup/test-server.js';
import { aSecretTicket, SECRET_MODULE } from './secret-ticket.js';

describe('counts wrong keys as failures of the address', () => {
  let strict: GuardedServer;
  beforeAll(async () => {
    strict = await startGuarded(false, { limits: { failures: 3, writes: 1000 } });
  });
  afterAll(() => strict.stop());

  it('and refuses more', async () => {
    const writer = (await strict.token(['read', 'ticket:write', 'map:dev'])).token;
    const ticket = await aSecretTicket(strict, writer);
    const { body } = await strict.http.get(`/api/v1/ticket/${ticket}/preview/`).set(...bearer(writer));
    const { preview_key: key } = body as { preview_key: string };
    const ask = async (named: string): Promise<number> =>
      (await strict.http.get(`/import-map.json?dev=${named}`)).status;
    for (let time = 0; time < 5; time++) expect(await ask(ticket)).toBe(200);
    const tries = [];
    for (let time = 0; time < 5; time++) tries.push(await ask(`${ticket}~${'x'.repeat(15)}${time}`));
    expect(tries).toEqual([200, 200, 200, 429, 429]);
    expect(await ask(`${ticket}~${key}`)).toBe(200);
  });
});

describe.each([
  ['a server without tokens', () => startTestServer()],
  ['one that may be read by all', () => startGuarded(true)],
])('%s', (_what, start) => {
  it('shows tickets as ever, with a key or without', async () => {
    const open = await start();
    const token =
      'token' in open ? (await (open as GuardedServer).token(['read', 'ticket:write', 'map:dev'])).token : '';
    const ticket = await aSecretTicket(open, token);
    for (const named of [ticket, `${ticket}~AbCdEfGhIjKlMnOp`, `${ticket}~`]) {
      const { headers, text } = await open.http.get(`/import-map.json?dev=${named}`).expect(200);
      expect([headers['x-stamp-status'], text]).toEqual([undefined, expect.stringContaining(SECRET_MODULE)]);
    }
    expect((await open.http.get(`/api/v1/ticket/${ticket}/preview/`).expect(200)).body).toMatchObject({
      preview_key: null,
      links: { dev: `${open.base}/import-map.json?dev=${ticket}` },
    });
    await open.stop();
  });
});
