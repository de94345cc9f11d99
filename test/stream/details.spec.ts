// The stream tells of what happened to a change, in one line each; its parts are in history, in lists, and in the stream where somebody asks.
import { PARTS } from '../../src/log/lines/event-types.js';
import { StreamWorld, upTo } from './stream-world.js';

let world: StreamWorld;
beforeAll(async () => {
  world = await StreamWorld.start();
});
afterEach(() => world.closeReaders());
afterAll(() => world.server.stop());

/** The types that a reader from the beginning gets, up to an event that comes after all of them. */
async function typesOf(query: string, types?: string): Promise<string[]> {
  await world.append(1, { type: 'test.mark' });
  const last = await world.settled();
  const one = await world.reader(`/stream?earliest=1${query}${types === undefined ? '' : `&type=${types},test.mark`}`);
  await one.until(() => one.seqs.at(-1) === last);
  return one.messages.map(({ data }) => String(data.type));
}

const listed = async (query: string): Promise<{ type: string; detail: boolean }[]> =>
  (await world.server.http.get(`/api/v1/event/?limit=1000${query}`).expect(200)).body.objects as {
    type: string;
    detail: boolean;
  }[];

/** With an upload of its own. */
async function newSubticket(ticket: string, name: string): Promise<{ id: number; resource_uri: string }> {
  const source = (await post('sourcepackage', { name })).resource_uri;
  const upload = (await post('spu', { sourcepackage: source, version: '1' })).resource_uri;
  return post('subticket', { ticket, source_package_upload: upload });
}

async function post(path: string, body: object): Promise<{ id: number; resource_uri: string }> {
  return (await world.server.http.post(`/api/v1/${path}/`).send(body).expect(201)).body as {
    id: number;
    resource_uri: string;
  };
}

/** Makes one of each part, changes it and deletes it. */
async function livesOfParts(): Promise<void> {
  const ticket = (await post('ticket', { owner: 'a@example.com', title: 'Parts' })).resource_uri;
  const person = (await post('person', { name: 'parts-person', email: 'b@example.com' })).resource_uri;
  const source = (await post('sourcepackage', { name: 'parts-source' })).resource_uri;
  const lives: Record<string, [made: object, changed: object]> = {
    spu: [{ sourcepackage: source, version: '1' }, { version: '2' }],
    binarypackage: [{ name: 'parts-binary', sourcepackage: source }, { name: 'parts-other' }],
    ticketartifact: [{ ticket, name: 'log', type: 'LOGS', reference: 'https://ci.example/3' }, { name: 'trace' }],
    subticketartifact: [
      {
        subticket: (await newSubticket(ticket, 'parts-tracked')).resource_uri,
        name: 'log',
        type: 'LOGS',
        reference: 'https://ci.example/4',
      },
      { name: 'trace' },
    ],
    ticketcomponent: [{ ticket, kind: 'package', name: 'ui' }, { name: 'api' }],
    ticketlink: [{ ticket, kind: 'bug', url: 'https://bugs.example/1' }, { url: 'https://bugs.example/2' }],
    ticketperson: [{ ticket, person, role: 'reviewer' }, { role: 'driver' }],
    sourcepackage: [{ name: 'parts-second' }, { name: 'parts-third' }],
  };
  expect(Object.keys(lives).sort()).toEqual([...PARTS].sort());
  for (const [name, [made, changed]] of Object.entries(lives)) {
    const { resource_uri: uri } = await post(name, made);
    await world.server.http.patch(uri).send(changed).expect(202);
    await world.server.http.delete(uri).expect(204);
  }
}

describe('parts', () => {
  beforeAll(livesOfParts);
  const LIVES = PARTS.flatMap((name) => ['created', 'changed', 'deleted'].map((what) => `${name}.${what}`));

  it('are not in the stream by themselves', async () => {
    const told = await typesOf('');
    expect(told).toContain('ticket.created');
    expect(told.filter((type) => LIVES.includes(type))).toEqual([]);
  });

  it.each(LIVES)('%s is sent with detail=1 and where its type is named, and is listed', async (type) => {
    expect(await typesOf('&detail=1')).toContain(type);
    expect(await typesOf('', type)).toContain(type);
    expect(await listed(`&type=${type}`)).toContainEqual(expect.objectContaining({ type, detail: true }));
  });

  it('have numbers as all others: with detail=1 there is no gap', async () => {
    const last = await world.settled();
    const all = await world.reader('/stream?earliest=1&detail=1');
    await all.until(() => all.seqs.length === last);
    expect(all.seqs).toEqual(upTo(1, last));
    expect((await typesOf('')).length).toBeLessThan(last);
  });
});

it('tells a bundle in one line that names its packages; each of its parts is a detail', async () => {
  const person = (await post('person', { name: 'bundle-person', email: 'c@example.com' })).resource_uri;
  const before = await world.settled();
  const bundle = await post('bundle', {
    owner: 'a@example.com',
    title: 'OpenSSL 3.0.15: fix CVE-2024-9143',
    links: [{ kind: 'bug', url: 'https://bugs.example/3' }],
    people: [{ person, role: 'reviewer' }],
    components: [{ kind: 'package', name: 'crypto' }],
    artifacts: [{ name: 'notes', type: 'LOGS', reference: 'https://ci.example/1' }],
    subtickets: ['openssl', 'curl', 'wget', 'nginx'].map((sourcepackage) => ({
      sourcepackage,
      version: '1',
      artifacts: [{ name: `${sourcepackage}.dsc`, type: 'SPU', reference: 'https://ci.example/2' }],
    })),
  });
  await world.settled();
  const events = (await listed(`&seq__gt=${before}`)) as { type: string; line: string; detail: boolean }[];
  expect(events.length).toBeGreaterThan(15);
  const [told, ...others] = events.filter(({ detail }) => !detail);
  expect(others).toEqual([]);
  expect(told).toMatchObject({ type: 'ticket.created' });
  expect(told?.line).toBe(
    `Ticket TKT-${bundle.id} created with openssl, curl, wget and 1 more: OpenSSL 3.0.15: fix CVE-2024-9143`,
  );
  expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(7);
});

it('tells of a subticket that comes by itself, and of what failed, whatever it is', async () => {
  const ticket = (await post('ticket', { owner: 'a@example.com', title: 'Alone' })).resource_uri;
  const { id } = await newSubticket(ticket, 'alone');
  const move = (body: object): Promise<unknown> =>
    world.server.http.patch(`/api/v1/updatesubticketstatus/${id}/`).send(body).expect(202);
  const before = await world.settled();
  await move({ status: '100' });
  await move({ status: '999' });
  expect(await typesOf('')).toContain('subticket.created');
  const told = (await listed(`&seq__gt=${before}&type=subticket.status_changed`)) as { detail: boolean }[];
  expect(told.map(({ detail }) => detail)).toEqual([true, false]);
});
