// Every operation of the OpenAPI document, asked for what belongs to the project `default` by a token that has every scope
// in another project, and by one for `default`. What an operation declares (x-project) says what must come of it, and what
// comes back is looked through: an operation that declares too little fails here as one that forgets to look.
import { callOperation, type Operation, operationsOf, type Reply } from './operations.js';
import { type GuardedServer, startGuarded } from './world.js';

const SCOPES = ['read', 'ticket:write', 'status:write', 'artifact:write', 'event:write', 'admin'];
const ALL = [...SCOPES, 'map:dev', 'map:qa', 'map:prod', 'override'];
const DEFAULT = '/api/v1/project/1/';

let server: GuardedServer;
let operations: Operation[];
/** What there is of each kind in `default`. */
const ids: Record<string, number> = {};
/** For all projects, for `default`, and for another one. */
const tokens = { all: '', own: '', other: '' };

beforeAll(async () => {
  server = await startGuarded();
  operations = operationsOf(server);
  tokens.all = (await server.token(ALL)).token;
  await makeOneOfEach();
  const [event] = await server.sql<{ seq: string }>('SELECT min(seq) AS seq FROM event WHERE project_id = 1');
  Object.assign(ids, { event: Number(event?.seq), project: 1 });
  operations = operationsOf(server, ids).filter(({ scope }) => scope !== 'anonymous');
  const other = await post('/api/v1/project/', { name: 'other', display_name: 'Another' });
  expect(other.status).toBe(201);
  tokens.own = (await server.token(ALL, 'ci', ['default'])).token;
  tokens.other = (await server.token(ALL, 'ci', ['other'])).token;
});
afterAll(() => server.stop());

const post = (url: string, body: unknown): Promise<Reply> =>
  callOperation(server, operations.find(({ method }) => method === 'post') as Operation, url, {
    token: tokens.all,
    body,
  });

/** The examples of the document, which name each other, until each has made its own. */
async function makeOneOfEach(): Promise<void> {
  let left = operations.filter(({ method, url, example, project }) => {
    const makes = method === 'post' && /^\/api\/v1\/[a-z]+\/$/.test(url) && example !== undefined;
    return makes && (project === 'written' || project === 'none') && !/bundle|command/.test(url);
  });
  for (let before = 0; before !== left.length;) {
    before = left.length;
    const missing: Operation[] = [];
    for (const operation of left) {
      const { status, text } = await post(operation.url, bodyFor(operation));
      if (status === 201) ids[operation.url.split('/')[3] ?? ''] = (JSON.parse(text) as { id: number }).id;
      else missing.push(operation);
    }
    left = missing;
  }
  expect(left.map(({ name }) => name)).toEqual([]);
  const module = { specifier: 'cart', url: 'https://cdn.example/cart.js' };
  expect((await post('/api/v1/ticket/1/modules/', module)).status).toBe(201);
  expect((await post('/api/v1/ticket/1/approve/', {})).status).toBe(200);
  ids.approval = 1;
  const patch = operations.find(({ name }) => name === 'patch /import-map.json') as Operation;
  const released = { token: tokens.all, body: { imports: { menu: 'https://cdn.example/menu.js' } } };
  expect((await callOperation(server, patch, '/import-map.json?skip_url_check', released)).status).toBe(200);
}

/** Something that is about the first objects, which are in `default`, or makes another one there. */
function bodyFor({ url, id, path, method, example, takesProject, project }: Operation): unknown {
  if (path === '/events') return { line: 'Hello', project: 'default' };
  if (method === 'patch' && project === 'written') return { objects: [{ resource_uri: `${url}${id}/` }] };
  if (typeof example !== 'object' || Array.isArray(example)) return example;
  return { ...example, ...(takesProject ? { project: DEFAULT } : {}) };
}

/** What the document calls `x/:id`, and so belongs to projects. */
const kinds = (): string[] => [
  ...new Set(operations.flatMap(({ project = '' }) => (project.endsWith('/:id') ? [project.slice(0, -4)] : []))),
];

/** Everything of `default` that a reply shows. */
const shown = ({ text }: Reply): string[] =>
  kinds().filter((kind) => text.includes(`"/api/v1/${kind}/${ids[kind] ?? 1}/"`));

/** What happened in `default`, but for what was refused there. */
const happened = async (): Promise<string> => {
  const [row] = await server.sql<{ count: string }>(
    "SELECT count(*) FROM event WHERE project_id = 1 AND type <> 'command.refused'",
  );
  return row?.count ?? '';
};

const askOther = (operation: Operation, accept?: string): Promise<Reply> => {
  const { method, path, project } = operation;
  const url = method === 'delete' && project === 'own' ? `${operation.url}?confirm=all` : operation.url;
  // A name of its own, where the example's is taken.
  const body = bodyFor(operation);
  const fresh = path === '/api/v1/project/' && method === 'post' ? { ...(body as object), name: 'mine' } : body;
  return callOperation(server, operation, url, {
    token: tokens.other,
    body: fresh,
    ...(accept === undefined ? {} : { accept }),
  });
};

const refusalOf = ({ status, text }: Reply): string => {
  const code =
    /"code":"([\w.]+)"/.exec(text)?.[1] ?? (text.includes('this belongs to another project') ? 'project.other' : '');
  return `${status} ${code}`;
};

test('there is one of each kind, which a token for all projects sees', async () => {
  expect(kinds().length).toBeGreaterThan(12);
  const own = operations.filter(
    ({ project, method, path }) => project === 'own' && method === 'get' && path.includes('api'),
  );
  const unseen: string[] = [];
  for (const operation of own) {
    const reply = await callOperation(server, operation, operation.url, { token: tokens.all });
    if (shown(reply).length === 0) unseen.push(operation.name);
  }
  expect(unseen).toEqual([]);
});

test('for another project: refused, or nothing of it is shown, and nothing changes', async () => {
  const before = await happened();
  const wrong: unknown[] = [];
  for (const operation of operations) {
    const reply = await askOther(operation);
    const refusal = refusalOf(reply);
    const { name, project = '' } = operation;
    if (shown(reply).length > 0) wrong.push([name, 'shows', shown(reply)]);
    if (reply.status === 500 || reply.status === 401) wrong.push([name, refusal]);
    if (['none', 'own'].includes(project) ? reply.status === 403 : refusal !== refused(project))
      wrong.push([name, project, refusal, reply.text.slice(0, 200)]);
    if ((await happened()) !== before) return expect(name).toBe('an operation that changes nothing in default');
  }
  expect(wrong).toEqual([]);
});

/** How an operation that is about other projects answers. */
const refused = (project: string): string => (project === 'all' ? '403 token.limited' : '403 project.other');

test('nothing of it is on pages', async () => {
  const title = 'A ticket that nobody else sees';
  expect((await post('/api/v1/ticket/', { title })).status).toBe(201);
  const home = operations.find(({ name }) => name === 'get /') as Operation;
  const all = await callOperation(server, home, '/', { token: tokens.all, accept: 'text/html' });
  expect(all.text).toContain(title);
  const other = await askOther(home, 'text/html');
  expect([other.status, other.text.includes(title)]).toEqual([200, false]);
});

test('for its own project: as one for all projects, but for what concerns them all', async () => {
  const wrong: unknown[] = [];
  // What deletes or locks would be in the way of the others, and what withdraws finds nothing the second time.
  const lasting = /lock|withdraw/;
  for (const operation of operations.filter(({ method, path }) => method !== 'delete' && !lasting.test(path))) {
    const ask = (token: string): Promise<Reply> => callOperation(server, operation, operation.url, { token });
    const [all, own] = [await ask(tokens.all), await ask(tokens.own)];
    const expected = operation.project === 'all' ? '403 token.limited' : `${all.status}`;
    const is = operation.project === 'all' ? refusalOf(own) : `${own.status}`;
    if (is !== expected) wrong.push([operation.name, operation.project, is, expected]);
  }
  expect(wrong).toEqual([]);
});
