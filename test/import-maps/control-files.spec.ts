// Control files cost what they say once: they are read before the transaction, in slices, and remembered.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { listedFiles } from '../../src/packages/spu-files/debian-control.js';
import { type FormFiles, formOf, hashOf, postForm, type UploadReply } from '../builders/modules.js';
import { aSpu } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let spu: string;
beforeAll(async () => (server = await startTestServer()));
afterAll(() => server.stop());
beforeEach(async () => (spu = await aSpu(server, 'hello')));

const post = (files: FormFiles): Promise<UploadReply> => postForm(server, `${spu}files/`, formOf({}, files));
const line = (text: string, name: string): string => ` ${hashOf(text, 'sha1')} ${text.length} ${name}\n`;
const control = (...lines: string[]): string => `Checksums-Sha1:\n${lines.join('')}`;

async function blobOf(text: string): Promise<string> {
  const files = await fs.readdir(server.dataFolder, { recursive: true });
  const found = files.find(
    (file) => path.basename(file) === hashOf(text) || file.replaceAll('/', '').endsWith(hashOf(text)),
  );
  return path.join(server.dataFolder, found ?? 'none');
}

it('what one lists is read once, however many uploads follow', async () => {
  const listed = control(line('the sources', 'a.tar.gz'), line('more', 'b.tar.gz'));
  expect((await post({ 'a.dsc': listed })).status).toBe(201);
  await fs.rm(await blobOf(listed));
  const wrong = await post({ 'a.tar.gz': 'other' });
  expect([wrong.status, wrong.body.code]).toEqual([422, 'spu.checksum']);
  const right = await post({ 'a.tar.gz': 'the sources' });
  expect([right.status, right.body.missing]).toEqual([201, ['b.tar.gz']]);
});

it('no transaction is open and no row is locked while files are read', async () => {
  const text = `sources of ${spu}`;
  expect((await post({ 'a.tar.gz': text })).status).toBe(201);
  const blob = await blobOf(text);
  await fs.rm(blob);
  execFileSync('mkfifo', [blob]); // A disk that takes its time.
  const slow = post({ 'a.dsc': control(line(text, 'a.tar.gz')) });
  const pipe = await fs.open(blob, 'w'); // It opens when the server reads.
  const id = Number(spu.split('/')[4]);
  const open = await server.sql(
    "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND query NOT LIKE '%stream_head%'",
  );
  const free = server.sql('SELECT id FROM spu WHERE id = $1 FOR UPDATE NOWAIT', [id]);
  await expect(free).resolves.toEqual([{ id }]);
  expect(open).toEqual([]);
  await pipe.writeFile(text);
  await pipe.close();
  expect((await slow).status).toBe(201);
});

it('what came between the check and the transaction is checked, too', async () => {
  const [one, other] = ['one', 'other'].map((text) => post({ 'a.tar.gz': text }));
  const listed = post({ 'a.dsc': control(line('one', 'a.tar.gz')) });
  await Promise.all([one, other, listed]);
  const { body } = await server.http.get(`${spu}files/`).expect(200);
  const kept = body.objects.map(({ name, sha256 }: { name: string; sha256: string }) => `${name} ${sha256}`);
  // Either of them may be refused, but never are both kept that contradict each other.
  if (kept.some((one: string) => one.startsWith('a.dsc'))) expect(kept).not.toContain(`a.tar.gz ${hashOf('other')}`);
  expect(kept.length).toBeGreaterThan(0);
});

it.each([
  [
    'more than 32 of them',
    () => Object.fromEntries(Array.from({ length: 33 }, (_, nr) => [`${nr}.dsc`, control(line('x', `${nr}`))])),
    /may have 32/,
  ],
  [
    'more than 5000 files in one',
    () => ({ 'a.dsc': control(...Array.from({ length: 5001 }, (_, nr) => line('x', `f${nr}`))) }),
    /more than 5000 files/,
  ],
])('%s are refused, and nothing is kept', async (_what, files: () => FormFiles, message) => {
  const reply = await post(files());
  expect([reply.status, reply.body.code, reply.body.error]).toEqual([
    422,
    'spu.bad_control',
    expect.stringMatching(message),
  ]);
  expect((await server.http.get(`${spu}files/`).expect(200)).body.objects).toEqual([]);
});

it('reading one pauses, however its lines are', () => {
  const texts = [
    control(...Array.from({ length: 5000 }, (_, nr) => line('x', `f${nr}`))),
    `Description: x\n${' more\n'.repeat(500_000)}${control(line('x', 'f'))}`,
    `${'X-A: b\n'.repeat(500_000)}${control(line('x', 'f'))}`,
    `${control(line('x', 'f')).repeat(50_000)}`,
  ];
  for (const text of texts) {
    let pauses = 0;
    for (const work = listedFiles('a.dsc', text); work.next().done !== true;) pauses += 1;
    expect(pauses).toBeGreaterThanOrEqual(10);
    expect(pauses).toBeGreaterThan(text.split('\n').length / 1000);
  }
});
