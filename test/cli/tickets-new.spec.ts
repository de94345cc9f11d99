// stamp new: a ticket, a bundle from a manifest, what is sent and what isn't.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { type Ended, type RunOptions, stamp } from './stamp.js';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-new-'));
});
afterAll(async () => {
  await server.stop();
  await fs.rm(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  stamp(args, { url: server.base, cwd: folder, ...options });
const full = async (key: string): Promise<Record<string, any>> =>
  (await server.http.get(`/api/v1/fullticket/${key}/`).expect(200)).body;
const ticketCount = async (): Promise<number> => {
  const { body } = await server.http.get('/api/v1/ticket/?limit=1').expect(200);
  return body.meta.total_count as number;
};

test('prints the key and nothing else, so that a script can keep it', async () => {
  const made = await run(['new', 'Free shipping from 30 €', '--owner', 'alice@example.com']);
  expect(made).toEqual({ code: 0, stdout: expect.stringMatching(/^TKT-\d+\n$/), stderr: '' });
  expect(await full(made.stdout.trim())).toMatchObject({
    title: 'Free shipping from 30 €',
    owner: 'alice@example.com',
  });
});

test('all that can be said of a ticket, and each link and component once', async () => {
  const { code, stdout } = await run([
    ...['new', '--link', 'bug=https://bugs.example/?id=1', 'CVE', '--link', 'design=https://wiki.example/a=b'],
    ...['--component', 'package=openssl', '--bug', '1085378', '--key', 'shop-007', '--description', 'Line 1\nLine 2'],
    '--json=key,bug_id,description,id',
  ]);
  expect(code).toBe(0);
  const { id, ...made } = JSON.parse(stdout);
  expect(made).toEqual({ key: 'shop-007', bug_id: '1085378', description: 'Line 1\nLine 2' });
  const { body: links } = await server.http.get(`/api/v1/ticketlink/?ticket=${id}`);
  expect(links.objects.map(({ kind, url }: any) => [kind, url])).toEqual([
    ['bug', 'https://bugs.example/?id=1'],
    ['design', 'https://wiki.example/a=b'],
  ]);
  const { body: components } = await server.http.get(`/api/v1/ticketcomponent/?ticket=${id}`);
  expect(components.objects).toMatchObject([{ kind: 'package', name: 'openssl' }]);
});

test("the owner is git's, where nobody else is named", async () => {
  const clone = path.join(folder, 'clone');
  execFileSync('git', ['init', '--quiet', clone]);
  execFileSync('git', ['-C', clone, 'config', 'user.email', 'dev@example.com']);
  const owned = await run(['new', 'Mine'], { cwd: clone });
  expect(await full(owned.stdout.trim())).toMatchObject({ owner: 'dev@example.com' });
  const nobodys = await run(['new', 'Without git']);
  expect(nobodys).toMatchObject({ code: 0, stderr: '' });
  expect(await full(nobodys.stdout.trim())).toMatchObject({ owner: '' });
});

const MANIFEST = {
  title: 'OpenSSL and what it breaks',
  owner: 'alice@example.com',
  links: [{ kind: 'bug', url: 'https://bugs.example/1' }],
  subtickets: [{ sourcepackage: 'openssl', version: '3.0.15-1', assignee: 'alice@example.com' }],
};

test('a bundle from a file; what is said beside it counts more or comes after', async () => {
  await fs.writeFile(path.join(folder, 'manifest.json'), `\uFEFF${JSON.stringify(MANIFEST)}`);
  const args = ['--from', 'manifest.json', '--owner', 'bob@example.com', '--link', 'other=https://x.example/'];
  const { code, stdout } = await run(['new', ...args]);
  expect(code).toBe(0);
  const made = await full(stdout.trim());
  expect(made).toMatchObject({ title: MANIFEST.title, owner: 'bob@example.com' });
  expect(made.subtickets[0].source_package_upload).toMatchObject({ version: '3.0.15-1' });
  const { body: links } = await server.http.get(`/api/v1/ticketlink/?ticket=${made.id}`);
  expect(links.objects).toHaveLength(2);
});

test('a bundle from standard input, with a title of its own', async () => {
  const { stdout } = await run(['new', 'Another', '--from', '-'], { input: JSON.stringify(MANIFEST) });
  expect(await full(stdout.trim())).toMatchObject({
    title: 'Another',
    subtickets: [{ assignee: 'alice@example.com' }],
  });
});

test('a misspelt field is said, not swallowed', async () => {
  const { code, stderr } = await run(['new', '--from', '-'], { input: '{"title": "x", "subticket": []}' });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: standard input: unknown member 'subticket' of a bundle, left out\. .*subtickets/);
});

test('--dry-run prints what would be sent, and sends nothing', async () => {
  const before = await ticketCount();
  const { code, stdout } = await run(['new', 'Maybe', '--key', '7', '--link', 'bug=https://x.example/', '--dry-run']);
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { title: 'Maybe', key: 'TKT-7', links: [{ kind: 'bug', url: 'https://x.example/' }] },
  ]);
  expect(await ticketCount()).toBe(before);
});

test('into a project that is named; one that there is not is said', async () => {
  await server.http.post('/api/v1/project/').send({ name: 'shop' }).expect(201);
  const made = await run(['new', 'In the shop', '--project', 'shop', '--key', 'TKT-1']);
  expect(made).toMatchObject({ code: 0, stdout: 'TKT-1\n' });
  const { stdout } = await run(['show', 'TKT-1', '--project', 'shop', '--json=title']);
  expect(JSON.parse(stdout)).toEqual({ title: 'In the shop' });
  expect(await run(['new', 'Nowhere', '--project', 'nope'])).toMatchObject({
    code: 7,
    stderr: expect.stringContaining("There is no project 'nope'"),
  });
});

test.each([
  [['new'], '', 2, /^stamp: Give a title:/],
  [['new', '--from', 'nowhere.json'], '', 2, /^stamp: There is no nowhere\.json\.$/m],
  [
    ['new', '--from', '-'],
    '{"title": "x",\n "links": [,]}',
    2,
    /^stamp: standard input:2:12 is not JSON: a value or \]/,
  ],
  [['new', '--from', '-'], '[]', 2, /^stamp: standard input is not an object/],
  [['new', '--from', '-'], '{"owner": "a@example.com"}', 2, /has no title/],
  [['new', 'x', '--link', 'https://x.example'], '', 2, /^stamp: --link needs a kind and a value/],
  [['new', 'x', '--owner', 'nobody'], '', 1, /^stamp: owner: Enter a valid e-mail address\.$/m],
  [['new', 'x', '--key', 'what'], '', 2, /is not a ticket/],
  [['new', '--from', '-'], '{"title": "x", "subtickets": [{"sourcepackage": "y"}]}', 1, /version/],
])('%j with %j on standard input ends with %i', async (args, input, code, words) => {
  const ended = await run(args, { input });
  expect(ended).toEqual({ code, stdout: '', stderr: expect.stringMatching(words) });
  expect(ended.stderr.trim().split('\n')).toHaveLength(1);
});

test('a key that is taken is a conflict', async () => {
  await run(['new', 'First', '--key', 'DUP-1']);
  expect(await run(['new', 'Second', '--key', 'dup-01'])).toMatchObject({
    code: 6,
    stderr: expect.stringMatching(/in use/),
  });
});
