// What senders call their events is theirs within a project (issue of two projects with one source and id): nobody reads, or
// suppresses in advance, what is another's; and a repeat stays one when its token was rotated.
import { bearer, type GuardedServer, startGuarded } from './world.js';

let server: GuardedServer;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  server = await startGuarded();
  for (const name of ['shop', 'bank'])
    await server.http
      .post('/api/v1/project/')
      .set(...bearer(server.admin))
      .send({ name })
      .expect(201);
  tokens.shop = (await server.token(['event:write', 'read'], 'shop-ci', ['shop'])).token;
  tokens.bank = (await server.token(['event:write', 'read'], 'bank-ci', ['bank'])).token;
  tokens.all = (await server.token(['event:write', 'read'], 'all-ci')).token;
});
afterAll(() => server.stop());

interface Answer {
  readonly taken: number;
  readonly repeated: number;
  readonly events: readonly { readonly line: string }[];
}
const NAME = { source: 'https://ci.example/', id: '17', type: 'note' };

async function post(
  token: string | undefined,
  event: object,
): Promise<{ status: number; body: Answer & { code?: string } }> {
  const reply = await server.http
    .post('/events')
    .set(...bearer(token ?? ''))
    .send({ ...NAME, ...event });
  return { status: reply.status, body: reply.body as Answer };
}

it('gives each project its own names, and answers to nobody what is another’s', async () => {
  const first = await post(tokens.shop, { project: 'shop', line: 'the secret of the shop' });
  expect(first).toMatchObject({ status: 202, body: { taken: 1, repeated: 0 } });
  const other = await post(tokens.bank, { project: 'bank', line: 'of the bank' });
  expect(other).toMatchObject({ status: 202, body: { taken: 1, repeated: 0 } });
  expect(JSON.stringify(other.body)).not.toContain('secret');
  // One that came before and one that didn't are told apart by nobody out of reach.
  for (const id of ['17', 'never']) {
    const spied = await post(tokens.bank, { project: 'shop', id, line: 'x' });
    expect([spied.status, spied.body.code]).toEqual([403, 'project.other']);
    expect(JSON.stringify(spied.body)).not.toContain('secret');
  }
});

it('takes a repeat as one: within a request, later, and with a token that replaced the first', async () => {
  const again = await post(tokens.shop, { project: 'shop', line: 'anything' });
  expect(again).toMatchObject({
    status: 200,
    body: { repeated: 1, events: [{ line: expect.stringContaining('secret') }] },
  });
  const replaced = (await server.token(['event:write', 'read'], 'shop-ci-2', ['shop'])).token;
  expect((await post(replaced, { project: 'shop', line: 'anything' })).status).toBe(200);
  expect((await post(tokens.all, { project: 'shop', line: 'anything' })).status).toBe(200);
  expect((await post(tokens.all, { line: 'of no project' })).status).toBe(202);
  expect((await post(tokens.all, { line: 'of no project' })).status).toBe(200);
});
