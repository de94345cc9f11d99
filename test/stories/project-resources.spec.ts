// What a project manager keeps beside tickets: each resource is made, read, filtered, changed, replaced and deleted, and
// refuses what is wrong.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const first: [string, object][] = [
    ['person', { name: 'Alice', email: 'alice@example.com' }],
    ['person', { name: 'Bob', email: 'bob@example.com' }],
    ['sourcepackage', { name: 'apt' }],
    ['spu', { sourcepackage: 1, version: '1' }],
    ['project', { name: 'other', maintainer: 1, contact: '/api/v1/person/2/' }],
    ['branch', { unique_name: 'lp:first', owner: 1, type: 'trunk', project: 2 }],
    ['mergeproposal', { branch: 1, submitter: 1, lp_weblink: 'https://example.com/1' }],
    ['testsuite', { name: 'first', kind: 'dep8' }],
    ['ticket', { title: 'first', project: 2 }],
    ['subticket', { ticket: 1, source_package_upload: 1 }],
  ];
  for (const [resource, body] of first) await server.http.post(`/api/v1/${resource}/`).send(body).expect(201);
});
afterAll(() => server.stop());

type Json = Record<string, unknown>;
const objects = async (query: string): Promise<Json[]> =>
  (await server.http.get(`/api/v1/${query}`).expect(200)).body.objects as Json[];

interface Case {
  readonly resource: string;
  /** As it is posted, and as it is shown where that differs. */
  readonly body: Json;
  readonly shown?: Json;
  readonly change: Json;
  /** Filters that find it and not the others that this suite makes. */
  readonly filters: readonly string[];
  /** Fields with values that are refused as the field's fault. */
  readonly wrong: Json;
  readonly required: readonly string[];
  /** References, each tried with ids and URIs that lead nowhere. */
  readonly references: readonly string[];
  /** True where its changes stand in a ticket's history. */
  readonly ticket?: boolean;
}

const cases: Case[] = [
  {
    resource: 'project',
    body: {
      name: 'crud',
      maintainer: '/api/v1/person/2/',
      contact: 1,
      trunk: '/api/v1/branch/1/',
      repository_url: 'https://git.example.com/',
    },
    shown: { contact: '/api/v1/person/1/', display_name: '', description: '', settings: {} },
    change: { display_name: 'Crud', trunk: null },
    filters: [
      'name=crud',
      'maintainer__name=Bob',
      'trunk__unique_name=lp:first&name__startswith=cr',
      'contact__email__istartswith=ALICE&maintainer=2',
    ],
    wrong: { name: 'No Slug', repository_url: 'ftp://x', display_name: 'x'.repeat(4097) },
    required: ['name'],
    references: ['maintainer', 'contact', 'trunk'],
  },
  {
    resource: 'branch',
    body: {
      unique_name: 'lp:crud',
      owner: '/api/v1/person/2/',
      type: 'maintenance',
      project: '/api/v1/project/2/',
      sourcepackage: '/api/v1/sourcepackage/1/',
    },
    change: { type: 'regular', project: null },
    filters: [
      'type=maintenance',
      'owner__name=Bob',
      'project__name=other&sourcepackage__name=apt',
      'project__maintainer__email=alice@example.com&owner=2',
    ],
    wrong: { unique_name: 'x'.repeat(601), type: 'main' },
    required: ['unique_name', 'owner', 'type'],
    references: ['owner', 'project', 'sourcepackage'],
  },
  {
    resource: 'mergeproposal',
    body: { branch: '/api/v1/branch/1/', submitter: '/api/v1/person/2/', lp_weblink: 'https://example.com/crud' },
    shown: { status: 'work_in_progress' },
    change: { status: 'approved' },
    filters: [
      'lp_weblink__endswith=crud',
      'submitter__name=Bob&branch__unique_name=lp:first',
      'branch__project__name=other&submitter=2',
    ],
    wrong: { status: 'done', lp_weblink: 'javascript:x' },
    required: ['branch', 'submitter', 'lp_weblink'],
    references: ['branch', 'submitter'],
  },
  {
    resource: 'testsuite',
    body: {
      name: 'crud',
      kind: 'sanity',
      command: 'true',
      project: '/api/v1/project/2/',
      sourcepackage: '/api/v1/sourcepackage/1/',
    },
    change: { kind: 'integration', sourcepackage: null },
    filters: ['kind=sanity', 'project__name=other', 'sourcepackage__name__in=apt,curl', 'project__isnull=false'],
    wrong: { name: 'x'.repeat(4097), kind: 'unit' },
    required: ['name', 'kind'],
    references: ['project', 'sourcepackage'],
  },
  {
    resource: 'testresult',
    body: {
      testsuite: '/api/v1/testsuite/1/',
      ticket: '/api/v1/ticket/1/',
      verdict: 'fail',
      artifact: '/api/v1/ticketartifact/1/',
      duration: 42,
      revision: 'abc',
    },
    shown: { subticket: null },
    change: { verdict: 'pass', duration: null },
    filters: [
      'verdict=fail',
      'ticket=TKT-1',
      'ticket__project__name=other',
      'testsuite__kind=dep8',
      'duration__gte=40',
    ],
    wrong: { verdict: 'ok', artifact: 'javascript:x', duration: -1, revision: 'x'.repeat(201) },
    required: ['testsuite', 'verdict'],
    references: ['testsuite', 'ticket'],
    ticket: true,
  },
  {
    resource: 'ticketlink',
    body: { ticket: '/api/v1/ticket/1/', kind: 'design', url: 'https://example.com/design' },
    shown: { title: '' },
    change: { title: 'The design' },
    filters: ['kind=design', 'ticket=1', 'ticket__title=first', 'ticket__project__name=other', 'url__contains=design'],
    wrong: { kind: 'page', url: 'javascript:alert(1)', title: 'x'.repeat(4097) },
    required: ['ticket', 'kind', 'url'],
    references: ['ticket'],
    ticket: true,
  },
  {
    resource: 'ticketperson',
    body: { ticket: '/api/v1/ticket/1/', person: '/api/v1/person/1/', role: 'driver' },
    change: { role: 'owner' },
    filters: ['role=driver', 'person__email=alice@example.com', 'ticket__key=tkt-01', 'person=1&ticket=1'],
    wrong: { role: 'boss' },
    required: ['ticket', 'person', 'role'],
    references: ['ticket', 'person'],
    ticket: true,
  },
  {
    resource: 'ticketcomponent',
    body: { ticket: '/api/v1/ticket/1/', kind: 'infrastructure', name: 'db' },
    shown: { reference: '' },
    change: { reference: 'anything', kind: 'package' },
    filters: ['kind=infrastructure', 'name=db', 'ticket__owner=', 'ticket=/api/v1/ticket/1/'],
    wrong: { kind: 'thing', name: 'x'.repeat(4097) },
    required: ['ticket', 'kind', 'name'],
    references: ['ticket'],
    ticket: true,
  },
];

describe.each(cases)('$resource', ({ resource, body, shown, change, filters, wrong, required, references, ticket }) => {
  const collection = `/api/v1/${resource}/`;
  const history = async (): Promise<string[]> =>
    (await objects('ticket/1/history/?limit=0')).map(({ type }) => String(type));
  let uri = '';
  let object: Json = {};

  it('is made and read', async () => {
    const reply = await server.http.post(collection).send(body).expect(201);
    object = reply.body as Json;
    uri = String(object.resource_uri);
    expect(object).toMatchObject({ ...body, ...shown });
    expect(reply.headers.location).toBe(server.base + uri);
    expect((await server.http.get(uri).expect(200)).body).toEqual(object);
    const { objects: set } = (await server.http.get(`${collection}set/${String(object.id)};99/`).expect(200)).body as {
      objects: Json[];
    };
    expect(set).toEqual([object]);
    expect(ticket ? (await history()).at(-1) : `${resource}.created`).toBe(`${resource}.created`);
  });

  it('is found by its fields and through its references', async () => {
    for (const filter of filters) expect([filter, await objects(`${resource}/?${filter}`)]).toEqual([filter, [object]]);
    expect(await objects(`${resource}/?id=${String(object.id)}&order_by=-${references[0]}__id`)).toEqual([object]);
    for (const reference of references) {
      expect(await objects(`${resource}/?${reference}__id=2147483647`)).toEqual([]);
      await server.http.get(`${collection}?${reference}__nothing=1`).expect(400);
    }
  });

  it('describes itself', async () => {
    const { fields, filtering } = (await server.http.get(`${collection}schema/`).expect(200)).body as {
      fields: Record<string, Json>;
      filtering: Json;
    };
    for (const name of required) expect([name, fields[name]?.blank]).toEqual([name, false]);
    for (const name of references) expect(fields[name]).toMatchObject({ type: 'related', related_type: 'to_one' });
    for (const name of Object.keys(body)) expect(Object.keys(filtering)).toContain(name);
  });

  it('refuses what is missing, wrong, null or leads nowhere', async () => {
    for (const name of required) {
      const reply = await server.http
        .post(collection)
        .send({ ...body, [name]: undefined })
        .expect(400);
      expect(reply.body).toMatchObject({ [resource]: { [name]: [expect.stringContaining('no data')] } });
      await server.http
        .patch(uri)
        .send({ [name]: null })
        .expect(400);
    }
    for (const [name, value] of Object.entries(wrong)) {
      for (const request of [
        server.http.post(collection).send({ ...body, [name]: value }),
        server.http.patch(uri).send({ [name]: value }),
      ]) {
        expect((await request.expect(400)).body).toMatchObject({ [resource]: { [name]: [expect.any(String)] } });
      }
    }
    for (const name of references) {
      for (const value of [
        2147483647,
        `${`${(body[name] as string | number | undefined) ?? '/api/v1/person/1/'}`.replace(/\d+\/$/, '')}9999/`,
        '/api/v1/spu/1/',
        'x',
        true,
      ]) {
        const unique = { name: 'nowhere', unique_name: 'nowhere' };
        for (const request of [
          server.http.post(collection).send({ ...body, ...unique, [name]: value }),
          server.http.patch(uri).send({ [name]: value }),
        ]) {
          expect([name, value, (await request).body]).toEqual([
            name,
            value,
            expect.objectContaining({ code: 'reference.not_found' }),
          ]);
        }
      }
    }
    expect((await server.http.get(uri).expect(200)).body).toEqual(object);
  });

  it('is changed by PATCH, replaced by PUT, and made by PUT under a new id', async () => {
    expect((await server.http.patch(uri).send(change).expect(202)).body).toMatchObject(change);
    const back = Object.fromEntries(Object.keys(change).map((name) => [name, object[name]]));
    const { version: _version, ...rest } = object;
    expect(
      (
        await server.http
          .put(uri)
          .send({ ...body, ...back })
          .expect(200)
      ).body,
    ).toMatchObject(rest);
    if (ticket) expect((await history()).slice(-2)).toEqual([`${resource}.changed`, `${resource}.changed`]);
    const other = {
      ...body,
      ...change,
      ...('name' in body && { name: 'by-put' }),
      ...('unique_name' in body && { unique_name: 'by-put' }),
    };
    const put = await server.http.put(`${collection}500/`).send(other).expect(201);
    expect(put.body).toMatchObject({ ...other, ...shown, ...change, id: 500 });
    await server.http.delete(`${collection}500/`).expect(204);
    const list = { objects: [{ resource_uri: uri, ...change }] };
    expect((await server.http.patch(collection).send(list).expect(202)).body).toMatchObject({ objects: [change] });
  });

  it('is deleted, alone and by a filter', async () => {
    await server.http.delete(uri).expect(204);
    await server.http.get(uri).expect(404);
    await server.http.delete(uri).expect(404);
    if (ticket) expect((await history()).at(-1)).toBe(`${resource}.deleted`);
    const again = (await server.http.post(collection).send(body).expect(201)).body as Json;
    await server.http.delete(`${collection}?id=${String(again.id)}`).expect(204);
    await server.http.get(String(again.resource_uri)).expect(404);
  });
});
