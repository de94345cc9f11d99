// stampline token: beside a running server, which hears of it, and without one.
import fs from 'node:fs';
import path from 'node:path';
import { endAll, eventually, newFolder, type ServerProcess, startServer } from '../process/server-process.js';
import { type Ran, stampline } from './stampline.js';

let data: string;
let server: ServerProcess;
beforeAll(async () => {
  data = path.join(newFolder(), 'data');
  server = startServer({ STAMPLINE_DATA: data, STAMPLINE_AUTH: 'required' });
  await server.ready;
});
afterAll(endAll);

const token = (...words: string[]): Promise<Ran> => stampline(['token', ...words], { STAMPLINE_DATA: data });

/** The status that the server answers, and its words. */
async function ask(url: string, as: string, method = 'GET'): Promise<{ status: number; body: Record<string, any> }> {
  const reply = await fetch(server.base + url, { method, headers: { authorization: `Bearer ${as}` } });
  return { status: reply.status, body: (await reply.json()) as Record<string, any> };
}

test('create prints the token alone, which the server takes; what it is stands on stderr', async () => {
  const made = await token(
    'create',
    '--owner',
    'ci',
    '--scope',
    'read',
    '--scope',
    'status:write,map:qa',
    '--project',
    'default',
  );
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^stl_[\w-]{49}\n$/) });
  expect(made.err).toMatch(/^Token \d+ for ci: read, status:write, map:qa, in default; it is valid until 20[^ ]+Z\. /m);
  expect(made.err).not.toContain('stl_');
  const who = await ask('/api/v1/whoami/', made.out.trim());
  expect(who).toMatchObject({
    status: 200,
    body: { name: 'ci', scopes: ['read', 'status:write', 'map:qa'], projects: ['default'] },
  });
});

test('list shows those that count, without themselves; in the history the command is the actor', async () => {
  const made = await token(
    'create',
    '--owner',
    'ada',
    '--scope',
    'read',
    '--purpose',
    'Her\tlaptop',
    '--days',
    '2',
    '--json',
  );
  const { id, token: text } = JSON.parse(made.out) as { id: number; token: string };
  const listed = await token('list');
  expect(listed).toMatchObject({ code: 0, err: '' });
  const [first = ''] = listed.out.split('\n');
  expect(first).toMatch(new RegExp(`^${id}\tada\tread\tall\t20[^\t]+Z\tHer laptop$`));
  expect(listed.out).toContain(
    '\tadmin\tread ticket:write status:write artifact:write event:write stage:lock admin\tall\t',
  );
  const all = JSON.parse((await token('list', '--json')).out) as { id: number; owner: string; purpose: string }[];
  expect(all[0]).toMatchObject({ id, owner: 'ada', purpose: 'Her\tlaptop' });
  expect(JSON.stringify(all) + listed.out).not.toContain(text.slice(4));
  const told = await readStream('/stream?earliest=1&type=token.created', text, `"subject":"token/${id}"`);
  expect(told).toMatch(new RegExp(`"actor":"stampline","subject":"token/${id}"`));
  expect(told).not.toContain(text.slice(4));
});

/** What the stream says until `end` is in it. */
async function readStream(url: string, as: string, end: string): Promise<string> {
  const reply = await fetch(server.base + url, { headers: { authorization: `Bearer ${as}` } });
  let said = '';
  for await (const bytes of reply.body ?? []) {
    said += Buffer.from(bytes).toString();
    if (said.includes(end)) break;
  }
  return said;
}

test('rotate prints another one for the same, and the old one still counts; revoke ends one on the running server', async () => {
  const old = JSON.parse((await token('create', '--owner', 'bot', '--scope', 'read', '--json')).out) as {
    id: number;
    token: string;
  };
  const fresh = await token('rotate', `${old.id}`);
  expect(fresh).toMatchObject({ code: 0, out: expect.stringMatching(/^stl_/) });
  expect(fresh.err).toContain(`It replaces token ${old.id}, which is valid for 24 h more.`);
  const status = async (text: string): Promise<number> => (await ask('/api/v1/whoami/', text.trim())).status;
  expect([await status(old.token), await status(fresh.out)]).toEqual([200, 200]);
  const revoked = await token('revoke', `${old.id}`);
  expect(revoked).toMatchObject({ code: 0, out: expect.stringContaining(`Token ${old.id} of bot is revoked`) });
  await eventually('the server refuses it', async () => (await status(old.token)) === 401);
  expect(await status(fresh.out)).toBe(200);
  expect(await token('revoke', `${old.id}`)).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/^stampline: No valid token has this id: stampline token list/m),
  });
  expect(await token('create', '--owner', 'ci', '--scope', 'read', '--project', 'nowhere')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^stampline: There is no project 'nowhere'/m),
  });
});

test.each([
  [['create', '--scope', 'read'], "required option '--owner <name>' not specified"],
  [['create', '--owner', 'ci', '--scope', 'everything'], '--scope: "everything" is not a valid scope. Known: read,'],
  [
    ['create', '--owner', 'ci', '--scope', 'read', '--days', 'ten'],
    '--days: days must be a whole number from 1 to 3650.',
  ],
  [
    ['create', '--owner', 'ci', '--scope', 'read', '--project', ''],
    '--project: projects must be a list of project names',
  ],
  [['rotate', 'three'], "'three' is not the id of a token: stampline token list shows them"],
])('stampline token %j is a wrong command line, exit code 2', async (words, says) => {
  expect(await token(...words)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(says) });
});

test('without a server it starts the database for the time being; where no data is it makes none', async () => {
  const alone = path.join(newFolder(), 'data');
  const env = { STAMPLINE_DATA: alone };
  expect(await stampline(['token', 'list'], env)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`stampline: There is no data in ${alone}.`),
  });
  expect(fs.existsSync(alone)).toBe(false);
  await stampline(['migrate'], env);
  const made = await stampline(['token', 'create', '--owner', 'ci', '--scope', 'admin'], env);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^stl_/) });
  expect((await stampline(['token', 'list'], env)).out).toMatch(/^1\tci\tadmin\t/);
  expect(fs.existsSync(path.join(alone, 'postgres', 'postmaster.pid'))).toBe(false);
});
