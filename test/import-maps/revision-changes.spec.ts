// Revisions of large deltas hold what they changed; whoever reads one gets all of it, in whatever order it was asked for.
import { aTicket, type BuiltTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Entry {
  readonly specifier: string;
  readonly url?: string;
  readonly delete?: boolean;
}

const entry = (index: number, version = 1): Entry => ({
  specifier: `@shop/module-${index}`,
  url: `https://cdn.example/m/${index}/${version}.js`,
});

const change = async (ticket: BuiltTicket, modules: readonly Entry[], to = server): Promise<void> => {
  await to.http.post(`/api/v1/ticket/${ticket.id}/modules/`).send({ modules }).expect(201);
};

/** A ticket of so many keys. */
async function ticketOf(count: number): Promise<BuiltTicket> {
  const ticket = await aTicket(server);
  const all = Array.from({ length: count }, (_, index) => entry(index));
  for (let from = 0; from < count; from += 5000) await change(ticket, all.slice(from, from + 5000));
  return ticket;
}

const storedBytes = async (): Promise<number> => {
  const [row] = await server.sql<{ bytes: number }>(
    `SELECT pg_total_relation_size('map_revision')::float8 + pg_total_relation_size('ticket_key')::float8 AS bytes`,
  );
  return row?.bytes ?? 0;
};

interface Shown {
  readonly number: number;
  readonly operations: readonly { readonly specifier: string; readonly set: { readonly url: string } | null }[];
}

const revisionsOf = async ({ id }: BuiltTicket): Promise<Shown[]> =>
  (await server.http.get(`/api/v1/ticket/${id}/revision/?limit=1000`).expect(200)).body.objects as Shown[];

const urlsIn = ({ operations }: Pick<Shown, 'operations'>): Record<string, string | null> =>
  Object.fromEntries(operations.map(({ specifier, set }) => [specifier, set?.url ?? null]));

const mapOf = async (ticket: BuiltTicket, of: TestServer): Promise<Record<string, string>> => {
  const stage = ((await of.http.get(`/api/v1/ticket/${ticket.id}/`)).body as { stage: string }).stage;
  const read = () => of.http.get(`/import-map.json?${stage}=${ticket.key}`).expect(200);
  let reply = await read();
  // A server that hasn't heard from Postgres lately, on a machine that does much else, says so.
  while (reply.headers['x-stamp-status'] === 'stale') reply = await read();
  expect(reply.headers['x-stamp-status']).toBeUndefined();
  return (JSON.parse(reply.text) as { imports: Record<string, string> }).imports;
};

it('a key of 40 000 that changes costs what changed', async () => {
  const ticket = await ticketOf(40_000);
  await server.sql('VACUUM FULL map_revision');
  const before = await storedBytes();
  for (let round = 2; round < 42; round++) await change(ticket, [entry(round * 7, round)]);
  // Before, 13 MB.
  expect((await storedBytes()) - before).toBeLessThan(40 * 4096);
  const [last] = await server.sql<{ whole: number | null; bytes: number }>(
    `SELECT whole, pg_column_size(operations) AS bytes FROM map_revision WHERE ticket_id = $1 ORDER BY number DESC LIMIT 1`,
    [ticket.id],
  );
  expect(last?.whole).not.toBeNull();
  expect(last?.bytes).toBeLessThan(1000);
  const fresh = await startTestServer({}, server.connection);
  try {
    const [warm, cold] = [await mapOf(ticket, server), await mapOf(ticket, fresh)];
    expect(cold).toEqual(warm);
    expect(Object.keys(cold)).toHaveLength(40_000);
    expect(cold['@shop/module-287']).toBe('https://cdn.example/m/287/41.js');
  } finally {
    await fresh.stop();
  }
}, 240_000);

describe('a ticket of 100 keys that change by and by', () => {
  let ticket: BuiltTicket;
  let other: TestServer;
  /** What each revision is, by its number. */
  const models: Record<string, string | null>[] = [{}];

  beforeAll(async () => {
    other = await startTestServer({}, server.connection);
    ticket = await ticketOf(100);
    models.push(
      Object.fromEntries(Array.from({ length: 100 }, (_, at) => [entry(at).specifier, entry(at).url ?? null])),
    );
    for (let round = 1; round <= 40; round++) {
      // One goes and comes back, one changes, one is new; by turns at two servers.
      const gone: Entry = { specifier: `@shop/module-${round}`, delete: true };
      const modules = [
        round % 3 === 0 ? entry(round - 1, round) : gone,
        entry(50 + (round % 7), round),
        entry(200 + round),
      ];
      await change(ticket, modules, round % 2 ? other : server);
      const next = { ...models.at(-1) };
      for (const one of modules) {
        if (one.url !== undefined) next[one.specifier] = one.url;
        else delete next[one.specifier];
      }
      models.push(next);
    }
  }, 120_000);
  afterAll(() => other.stop());

  it('each revision reads as it was', async () => {
    const shown = await revisionsOf(ticket);
    expect(shown.map(({ number }) => number)).toEqual(Array.from({ length: 41 }, (_, at) => at + 1));
    for (const revision of shown) expect(urlsIn(revision)).toEqual(models[revision.number]);
  });

  it('some of them are steps, some are whole', async () => {
    const kept = await server.sql<{ whole: number | null; carried: number }>(
      'SELECT whole, carried FROM map_revision WHERE ticket_id = $1 ORDER BY number',
      [ticket.id],
    );
    const wholes = kept.filter(({ whole }) => whole === null);
    expect(wholes.length).toBeGreaterThan(1);
    expect(wholes.length).toBeLessThan(kept.length / 8);
  });

  it('both servers, and one that has just started, show the last one', async () => {
    const fresh = await startTestServer({}, server.connection);
    try {
      for (const one of [server, other, fresh]) expect(await mapOf(ticket, one)).toEqual(models.at(-1));
    } finally {
      await fresh.stop();
    }
  });

  it('the list of modules has what the last one says of a key', async () => {
    const { body } = await server.http.get(`/api/v1/module/?ticket=${ticket.id}&limit=1000`).expect(200);
    const found = (body as { objects: { specifier: string; tickets: { ticket: string; url: string | null }[] }[] })
      .objects;
    const ours = found.flatMap(({ specifier, tickets }) =>
      tickets.filter((one) => one.ticket === ticket.key).map(({ url }) => [specifier, url]),
    );
    expect(Object.fromEntries(ours)).toEqual(models.at(-1));
  });

  it('goes back to an earlier one, and is released with all of it', async () => {
    const revert = (revision: number) =>
      server.http
        .post(`/api/v1/ticket/${ticket.id}/revert/`)
        .send({ to_revision: revision, reason: 'test' })
        .expect(200);
    await revert(17);
    expect(urlsIn((await revisionsOf(ticket)).at(-1) as Shown)).toEqual(models[17]);
    await revert(41);
    for (const stage of ['beta', 'prod']) {
      expect(stage).toBeDefined();
      await server.http.post(`/api/v1/ticket/${ticket.id}/promote/`).send({}).expect(200);
    }
    const [layer] = await server.sql<Pick<Shown, 'operations'>>('SELECT operations FROM layer WHERE ticket_id = $1', [
      ticket.id,
    ]);
    expect(urlsIn(layer as Shown)).toEqual(models[41]);
  });
});
