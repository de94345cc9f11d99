// The verdict `imports`: what a promotion would break is named with its chain; what production has already, what is imported
// dynamically and what nobody looked at stops nothing; and whoever forces it says why.
import { aTicket } from '../builders/ticket.builder.js';
import { type FormFiles, UploadsOf } from '../builders/modules.js';
import { type Change, IMPORT_CASES } from './import-cases.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

let count = 0;

/** A project of its own, so that each case has a production of its own. */
async function aProject(settings: object = {}): Promise<{ uri: string; name: string }> {
  const name = `p${(count += 1)}`;
  const { body } = await server.http.post('/api/v1/project/').send({ name, settings }).expect(201);
  return { uri: `/api/v1/project/${body.id}/`, name };
}

async function ticketOf(project: { uri: string }): Promise<UploadsOf> {
  return new UploadsOf(server, await aTicket(server).with({ project: project.uri }));
}

const promote = (uploads: UploadsOf, body: object = {}) =>
  server.http.post(`/api/v1/ticket/${uploads.ticket.id}/promote/`).send(body);

const why = async (uploads: UploadsOf) =>
  (await server.http.get(`/api/v1/ticket/${uploads.ticket.id}/why/`)).body.verdicts.find(
    ({ policy }: { policy: string }) => policy === 'imports',
  );

async function carry(uploads: UploadsOf, change: Change): Promise<void> {
  const sources: Record<string, string> = {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) expect((await uploads.post({ specifier: name, delete: true })).status).toBe(201);
    else if (typeof value === 'object') expect((await uploads.put({ name }, value)).status).toBe(201);
    else if (value.startsWith('https:')) expect((await uploads.post({ specifier: name, url: value })).status).toBe(201);
    else sources[name] = value;
  }
  for (const [name, value] of Object.entries(sources))
    expect((await uploads.put({ specifier: name }, { 'm.js': value })).status).toBe(201);
}

async function release(project: { uri: string }, change: Change): Promise<void> {
  const uploads = await ticketOf(project);
  await carry(uploads, change);
  for (const _stage of ['qa', 'prod'])
    await promote(uploads, { force: ['imports'], reason: 'the test begins so' }).expect(200);
}

it.each(Object.entries(IMPORT_CASES))('%s', async (_name, { production = {}, ticket, entries, code, says }) => {
  const project = await aProject(entries ? { entries } : {});
  if (Object.keys(production).length > 0) await release(project, production);
  const uploads = await ticketOf(project);
  await carry(uploads, ticket);
  const verdict = await why(uploads);
  expect([verdict.code, verdict.summary]).toEqual([
    code,
    says instanceof RegExp ? expect.stringMatching(says) : expect.stringContaining(says ?? ''),
  ]);
  const blocked = code === 'imports.unresolved';
  expect(verdict.verdict).toBe(blocked ? 'blocked' : 'pass');
  const reply = await promote(uploads);
  expect([reply.status, reply.body.code]).toEqual(blocked ? [409, code] : [200, undefined]);
});

describe('a promotion that is forced', () => {
  it('goes past it, with an event that says who and why', async () => {
    const uploads = await ticketOf(await aProject());
    await carry(uploads, { main: 'import "gone";' });
    const refused = await promote(uploads).expect(409);
    const [force] = refused.body.next_actions.filter(({ label }: { label: string }) => label.includes('anyway'));
    expect(force).toMatchObject({
      method: 'POST',
      permission: 'map:qa',
      command: expect.stringContaining('"force":["imports"]'),
    });
    await promote(uploads, { force: ['imports'], reason: 'shown behind a flag' }).expect(200);
    const rows = await server.sql<{ type: string; severity: string; line: string }>(
      `SELECT type, severity, line FROM event WHERE ticket_id = $1 AND type IN ('ticket.imports_forced', 'ticket.promoted') ORDER BY id`,
      [uploads.ticket.id],
    );
    expect(rows).toEqual([
      {
        type: 'ticket.imports_forced',
        severity: 'warn',
        line: expect.stringMatching(/main → gone does not resolve.*shown behind a flag/),
      },
      { type: 'ticket.promoted', severity: 'info', line: expect.any(String) },
    ]);
    const later = await promote(uploads).expect(409);
    expect(later.body.verdicts[0].next_actions[0].command).toContain('/revert/');
  });

  it('is no event where nothing stood in the way', async () => {
    const uploads = await ticketOf(await aProject());
    await carry(uploads, { main: '1' });
    await promote(uploads, { force: ['imports'], reason: 'to be sure' }).expect(200);
    expect(
      await server.sql("SELECT 1 FROM event WHERE ticket_id = $1 AND type = 'ticket.imports_forced'", [
        uploads.ticket.id,
      ]),
    ).toEqual([]);
  });

  it.each([
    [{ force: ['imports'] }, 400, 'promote.no_reason'],
    [{ force: ['imports'], reason: ' ' }, 400, 'promote.no_reason'],
    [{ force: ['conflicts'], reason: 'x' }, 400, 'promote.not_forcible'],
    [{ force: 'imports', reason: 'x' }, 400, 'body.invalid_member'],
    [{ force: [1], reason: 'x' }, 400, 'body.invalid_member'],
  ])('%j is %i %s', async (body, status, code) => {
    const uploads = await ticketOf(await aProject());
    await carry(uploads, { main: 'import "gone";' });
    const reply = await promote(uploads, body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
  });

  it('passes no other policy', async () => {
    const uploads = await ticketOf(await aProject());
    await carry(uploads, { main: 'import "gone";' });
    await server.http.post(`/api/v1/ticket/${uploads.ticket.id}/hold/`).send({ reason: 'wait' }).expect(200);
    const reply = await promote(uploads, { force: ['imports'], reason: 'x' });
    expect([reply.status, reply.body.code]).toEqual([409, 'ticket.held']);
    expect(reply.body.verdicts.find(({ policy }: { policy: string }) => policy === 'imports').verdict).toBe(
      'pass_overridden',
    );
  });
});

it.each([
  [[], 400],
  [['main'], 201],
  [['./main.js'], 400],
  [[1], 400],
  ['main', 400],
  [['x'.repeat(1001)], 400],
])('entries %j are %i', async (entries, status) => {
  const reply = await server.http.post('/api/v1/project/').send({ name: `e${(count += 1)}`, settings: { entries } });
  expect(reply.status).toBe(status);
});

it('reads no module again, and asks the database for none that this process has looked at', async () => {
  const project = await aProject();
  await release(project, { lib: '1' });
  const uploads = await ticketOf(project);
  await carry(uploads, { main: 'import "lib";' });
  await why(uploads);
  await server.sql('UPDATE blob SET imports = \'{"static":["elsewhere"],"dynamic":[]}\'');
  expect((await why(uploads)).code).toBe('imports.resolved');
});

it('knows nothing of what was uploaded before imports were kept', async () => {
  const uploads = await ticketOf(await aProject());
  await carry(uploads, { old: 'import "gone-of-old";' });
  await server.sql("UPDATE blob SET imports = '' WHERE imports LIKE '%gone-of-old%'");
  expect(await why(uploads)).toMatchObject({ verdict: 'pass', code: 'imports.unseen' });
});

it('a page of many modules is looked at as far as the limits go, and the verdict says so', async () => {
  const uploads = await ticketOf(await aProject());
  const folder = (name: string): FormFiles =>
    Object.fromEntries(Array.from({ length: 2600 }, (_, index) => [`${name}${index}.js`, '']));
  const all = (name: string): string =>
    Object.keys(folder(name))
      .map((file) => `import "./${file}";`)
      .join('');
  await uploads.put({ name: 'one' }, { ...folder('a'), 'index.js': `${all('a')}import "two";` });
  await uploads.put({ name: 'two' }, { ...folder('b'), 'index.js': all('b') });
  expect(await why(uploads)).toMatchObject({ verdict: 'pass', code: 'imports.cut' });
});

it('a chain of modules is followed for 200 levels', async () => {
  const uploads = await ticketOf(await aProject());
  const files = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`f${at}.js`, `import "./f${at + 1}.js";`]));
  await uploads.put({ name: 'chain' }, { ...files, 'index.js': 'import "./f0.js";' });
  expect(await why(uploads)).toMatchObject({ verdict: 'pass', code: 'imports.cut' });
});

describe('nothing is said of what was not looked at', () => {
  const many = (count: number, name: string, text = ''): FormFiles =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}${String(at).padStart(4, '0')}.js`, text]));

  it('a ticket of more modules than are looked at', async () => {
    const uploads = await ticketOf(await aProject());
    for (const name of ['a', 'b']) expect((await uploads.put({ mode: 'sources' }, many(2600, name))).status).toBe(201);
    await uploads.put({ mode: 'sources' }, { 'z.js': 'import "gone";' });
    expect(await why(uploads)).toMatchObject({ verdict: 'pass', code: 'imports.cut' });
  });

  it('what imports a deletion comes first, however much the ticket brings', async () => {
    const project = await aProject();
    await release(project, { lib: '1', main: 'import "lib";' });
    const uploads = await ticketOf(project);
    for (const name of ['a', 'b']) await uploads.put({ mode: 'sources' }, many(2600, name));
    await carry(uploads, { lib: null });
    expect(await why(uploads)).toMatchObject({ verdict: 'blocked', code: 'imports.unresolved' });
  });

  const imports = (names: readonly string[]): string => names.map((name) => `import "${name}";`).join('');
  const gone = Array.from({ length: 130 }, (_, at) => `gone${String(at).padStart(3, '0')}`);

  it('a new fault behind many that production has', async () => {
    const project = await aProject();
    await release(project, { main: imports(gone) });
    const uploads = await ticketOf(project);
    await carry(uploads, { main: imports([...gone, 'zzz']) });
    expect(await why(uploads)).toMatchObject({
      code: 'imports.unresolved',
      summary: 'main → zzz does not resolve',
    });
  });

  it('many that production has, met in another order', async () => {
    const project = await aProject({ entries: ['main'] });
    const halves = { one: imports(gone.slice(0, 65)), two: imports(gone.slice(65)) };
    const entries = { main: 'import "a0"; import "b0";', a0: 'import "one";', b0: 'import "two";' };
    await release(project, { ...entries, ...halves });
    const uploads = await ticketOf(project);
    await carry(uploads, { main: 'import "b0"; import "a1";', a1: 'import "a0"' });
    expect(await why(uploads)).toMatchObject({
      code: 'imports.known',
      summary: expect.stringMatching(/production has the same fault/),
    });
  });

  it.each([20, 2100])('a folder without the last of %i files', async (count) => {
    const project = await aProject();
    const files = many(count, 'f');
    await release(project, {
      nav: { 'package.json': '{"exports": "./i.js"}', 'i.js': '', ...files },
      main: `import "nav/${Object.keys(files).at(-1)}";`,
    });
    const uploads = await ticketOf(project);
    await carry(uploads, { nav: { 'package.json': '{"exports": "./i.js"}', 'i.js': '' } });
    expect(await why(uploads)).toMatchObject({
      verdict: 'blocked',
      summary: expect.stringMatching(/^main → nav\/f\d+\.js does not resolve/),
    });
  });
});
