// What a release brought keeps its ticket (rest-api.md, section 3): a table over every way to delete one, and over every
// foreign key, which lets go along what the specification names and nothing else.
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { INVARIANTS } from '../../src/operate/invariants.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const rowsOf = (): Promise<unknown[]> =>
  server.sql(`SELECT 'ticket' AS of, id, NULL::bigint AS ticket FROM ticket UNION ALL SELECT 'layer', id, ticket_id FROM layer
    UNION ALL SELECT 'release', id, ticket_id FROM release UNION ALL SELECT 'event', id, NULL FROM event ORDER BY 1, 2`);

const WAYS: [string, (id: number, url: string) => ReturnType<TestServer['http']['delete']>][] = [
  ['DELETE of it', (_id, url) => server.http.delete(url)],
  ['DELETE with If-Match', (_id, url) => server.http.delete(url).set('If-Match', '*')],
  ['DELETE with an Idempotency-Key', (id, url) => server.http.delete(url).set('Idempotency-Key', `gone-${id}`)],
  ['DELETE of a list', (id) => server.http.delete(`/api/v1/ticket/?id__in=${id}`)],
  ['PATCH of a list', (_id, url) => server.http.patch('/api/v1/ticket/').send({ objects: [], deleted_objects: [url] })],
];

describe.each(WAYS)('%s', (way, remove) => {
  it('is refused while production has what it brought, and names the release', async () => {
    const { id, key, url } = await aStampedTicket(server).withModule(`live ${way}`).at('prod');
    const before = await rowsOf();
    const reply = await remove(id, url);
    expect([reply.status, reply.body]).toEqual([
      409,
      expect.objectContaining({
        code: 'ticket.released',
        ticket: key,
        error: expect.stringMatching(
          new RegExp(
            `^(?:deleted_objects\\[0\\]: )?Production has modules that release \\d+ of default brought from ${key}, so the ticket can't be deleted\\. Close it instead: POST ${url}close/`,
          ),
        ),
      }),
    ]);
    expect(await rowsOf()).toEqual(before);
    await server.http.post(`${url}close/`).send({}).expect(200);
    expect((await remove(id, url)).status).toBe(409);
    await server.http.post(`${url}revert/`).send({}).expect(200);
  });

  it('is refused when it had some, and was reverted', async () => {
    const { id, url } = await aStampedTicket(server).withModule(`past ${way}`).at('prod');
    await server.http.post(`${url}revert/`).send({}).expect(200);
    const reply = await remove(id, url);
    expect([reply.status, (reply.body as { error: string }).error]).toEqual([
      409,
      expect.stringMatching(
        /^(?:deleted_objects\[0\]: )?Release \d+ of default brought modules of TKT-\d+ to production, so the ticket can't be deleted/,
      ),
    ]);
  });

  it('deletes one that was never released, with its modules', async () => {
    const { id, url } = await aStampedTicket(server).withModule(`never ${way}`).at('qa');
    expect([202, 204]).toContain((await remove(id, url)).status);
    await server.http.get(url).expect(404);
  });
});

it('lets one of the two happen where a promotion and a deletion come at once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { url } = await aStampedTicket(server).withModule(`race ${round}`).at('qa');
    const [promoted, deleted] = await Promise.all([
      server.http.post(`${url}promote/`).send({}),
      server.http.delete(url),
    ]);
    expect([
      [200, 409],
      [404, 204],
    ]).toContainEqual([promoted.status, deleted.status]);
  }
});

it('keeps a project that has releases, and says what stands in the way', async () => {
  const project = (await server.http.post('/api/v1/project/').send({ name: 'shop' }).expect(201)).body as {
    resource_uri: string;
  };
  await aStampedTicket(server).with({ project: project.resource_uri, title: 'x' }).withModule('nav').at('prod');
  const reply = await server.http.delete(project.resource_uri).expect(409);
  expect((reply.body as { error: string }).error).toMatch(
    /while other objects refer to it: (its production|its releases|\/api\/v1\/ticket\/\d+\/)\./,
  );
});

it('lets go along, by its foreign keys, what belongs to its owner alone', async () => {
  const keys = await server.sql<{ key: string }>(`SELECT conrelid::regclass || ' -> ' || confrelid::regclass || ' ' ||
      CASE confdeltype WHEN 'c' THEN 'goes along' WHEN 'n' THEN 'is set to null' ELSE 'd' END AS key
    FROM pg_constraint WHERE contype = 'f' AND confdeltype NOT IN ('a', 'r') ORDER BY 1`);
  expect(keys.map(({ key }) => key)).toEqual([
    'approval -> ticket goes along',
    'artifact -> subticket goes along',
    'artifact -> ticket goes along',
    'given_up_source -> ticket goes along',
    'map_revision -> ticket goes along',
    'membership -> project goes along',
    'modules_url -> project goes along',
    'policy_override -> ticket goes along',
    // How many bytes a file counts for whom: with the file goes its count (quotas/).
    'quota_file -> blob goes along',
    'spu_file -> spu goes along',
    'stage_lock -> project goes along',
    // The one before it is live again (one-live.ts).
    'subticket -> subticket is set to null',
    'subticket -> ticket goes along',
    'testresult -> subticket goes along',
    'testresult -> ticket goes along',
    'ticket_hold -> ticket goes along',
    'ticket_key -> ticket goes along',
    'ticketcomponent -> ticket goes along',
    'ticketlink -> ticket goes along',
    'ticketperson -> ticket goes along',
  ]);
});

it('finds what earlier versions made nobody’s, and says what to do', async () => {
  const { id } = await aStampedTicket(server).withModule('orphan').at('prod');
  const owned = INVARIANTS.find(({ says }) => says.startsWith('Every promotion'));
  const find = (): Promise<string[]> =>
    owned?.find(
      { run: ({ text, values }) => server.sql(text, [...(values ?? [])]) },
      { dataFolder: '', read: false },
    ) ?? Promise.reject(new Error('gone'));
  expect(await find()).toEqual([]);
  await server.sql(`UPDATE layer SET ticket_id = NULL WHERE ticket_id = ${id}`);
  await server.sql(`UPDATE release SET ticket_id = NULL WHERE ticket_id = ${id}`);
  expect(await find()).toEqual([expect.stringMatching(/project default: the ticket of release \d+ .*stamp rollback/)]);
});
