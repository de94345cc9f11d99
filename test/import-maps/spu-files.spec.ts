// The files of a source package upload: kept with their SHA-256, checked against .dsc and .changes, downloaded again.
import { createHash } from 'node:crypto';
import { type FormFiles, formOf, hashOf, postForm, type UploadReply } from '../builders/modules.js';
import { aSpu } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let spu: string;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

beforeEach(async () => {
  spu = await aSpu(server, 'hello');
});

const ORIG = 'hello_2.10.orig.tar.gz';
const DEBIAN = 'hello_2.10-3.debian.tar.xz';
const FILES: Record<string, string> = { [ORIG]: 'the upstream sources', [DEBIAN]: 'the packaging' };
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const sums = (files: Record<string, string>, digest: (text: string) => string): string =>
  Object.entries(files)
    .map(([name, text]) => ` ${digest(text)} ${text.length} ${name}`)
    .join('\n');

/** As dpkg-source and debsign write it. */
const dscOf = (files: Record<string, string>): string => `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

Format: 3.0 (quilt)
Source: hello
Binary: hello
Architecture: any
Version: 2.10-3
Maintainer: Santiago Vila <sanvila@debian.org>
Homepage: https://www.gnu.org/software/hello/
Standards-Version: 4.6.2
Vcs-Git: https://salsa.debian.org/sanvila/hello.git
Testsuite: autopkgtest
Build-Depends: debhelper-compat (= 13),
 help2man
Package-List:
 hello deb devel optional arch=any
Checksums-Sha1:
${sums(files, (text) => hashOf(text, 'sha1'))}
Checksums-Sha256:
${sums(files, (text) => hashOf(text))}
Files:
${sums(files, md5)}

-----BEGIN PGP SIGNATURE-----

iQJHBAEBCgAxFiEEGu0aQAAlmQLYWMCCIVdrFbVLWmQFAmPGhCsTHHNhbnZpbGFA
=XXXX
-----END PGP SIGNATURE-----
`;

const DSC = 'hello_2.10-3.dsc';
const post = (files: FormFiles, headers: Record<string, string> = {}): Promise<UploadReply> =>
  postForm(server, `${spu}files/`, formOf({}, files), headers);
const names = async (): Promise<string[]> =>
  (await server.http.get(`${spu}files/`).expect(200)).body.objects.map(({ name }: { name: string }) => name);

it('keeps them, lists them, and gives them back as they were', async () => {
  const reply = await post({ ...FILES, [DSC]: dscOf(FILES) });
  const view = (name: string, text: string): object => ({
    name,
    size: text.length,
    sha256: hashOf(text),
    type: 'SPU',
    created_at: expect.stringMatching(/^\d{4}-/),
    spu,
    resource_uri: `${spu}files/${name}`,
  });
  const objects = [view(DEBIAN, FILES[DEBIAN]!), view(DSC, dscOf(FILES)), view(ORIG, FILES[ORIG]!)];
  expect([reply.status, reply.body]).toEqual([201, { objects, missing: [] }]);
  const list = await server.http.get(`${spu}files/?limit=2`).expect(200);
  expect(list.body).toEqual({
    meta: { limit: 2, offset: 0, previous: null, next: `${spu}files/?limit=2&offset=2`, total_count: 3 },
    objects: objects.slice(0, 2),
  });
  const download = await server.http.get(`${spu}files/${ORIG}`).buffer(true).expect(200);
  expect(download.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${ORIG}`,
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
  });
  const bytes = await (await fetch(`${server.base}${spu}files/${ORIG}`)).text();
  expect(bytes).toBe(FILES[ORIG]);
  await server.http
    .get(`${spu}files/${ORIG}`)
    .set('If-None-Match', `"${hashOf(bytes)}"`)
    .expect(304);
  expect(await (await fetch(`${server.base}${spu}files/${DSC}`, { headers: { range: 'bytes=0-9' } })).text()).toBe(
    '-----BEGIN',
  );
  const events = await server.sql("SELECT line, data FROM event WHERE subject = $1 AND type = 'spu.files_added'", [
    spu.split('/').slice(3, 5).join('/'),
  ]);
  expect(events).toEqual([
    { line: expect.stringMatching(/hello .*3 files added/), data: { after: { files: [ORIG, DEBIAN, DSC] } } },
  ]);
});

it('are no modules: nobody gets at them by their hash', async () => {
  await post({ [ORIG]: 'behind the API' });
  await server.http.get(`/modules/${hashOf('behind the API')}/x.txt`).expect(404);
});

it('may come one after the other; what is still missing is said', async () => {
  const first = await post({ [DSC]: dscOf(FILES), [ORIG]: FILES[ORIG]! });
  expect([first.status, first.body.missing]).toEqual([201, [DEBIAN]]);
  const wrong = await post({ [DEBIAN]: 'other packaging' });
  expect([wrong.status, wrong.body]).toEqual([
    422,
    expect.objectContaining({
      code: 'spu.checksum',
      part: DEBIAN,
      error: expect.stringMatching(`${DEBIAN} does not match ${DSC}`),
    }),
  ]);
  const last = await post({ [DEBIAN]: FILES[DEBIAN]! });
  expect([last.status, last.body.missing, await names()]).toEqual([201, [], [DEBIAN, DSC, ORIG]]);
});

it.each([
  ['another size', { ...FILES, [ORIG]: 'short' }, ORIG, /has 5 bytes, not 20/],
  ['another SHA-256', { ...FILES, [ORIG]: 'the upstream sourceS' }, ORIG, /SHA-256 is [\da-f]{64}, not [\da-f]{64}/],
])(
  'are refused with %s than the .dsc says, all of them',
  async (_what, files: Record<string, string>, part, message) => {
    const reply = await post({ ...files, [DSC]: dscOf(FILES) });
    expect([reply.status, reply.body]).toEqual([
      422,
      expect.objectContaining({ code: 'spu.checksum', part, error: expect.stringMatching(message) }),
    ]);
    expect(await names()).toEqual([]);
  },
);

const lineOf = (digest: string, name: string): string => ` ${digest} ${FILES[name]!.length} ${name}`;

it.each([
  ['an MD5, if only MD5 is given', `Files:\n${lineOf(md5('x'), ORIG)}\n`, `MD5 is ${md5(FILES[ORIG]!)}, not`],
  ['an SHA-1', `Checksums-Sha1:\n${lineOf(hashOf('x', 'sha1'), ORIG)}\n`, 'SHA-1 is [\\da-f]{40}, not'],
  [
    'an SHA-1 beside a right SHA-256',
    `Checksums-Sha256:\n${lineOf(hashOf(FILES[ORIG]!), ORIG)}\nChecksums-Sha1:\n${lineOf(hashOf('x', 'sha1'), ORIG)}\n`,
    'SHA-1 is [\\da-f]{40}, not',
  ],
  [
    'an MD5 beside a right SHA-1',
    `Checksums-Sha1:\n${lineOf(hashOf(FILES[ORIG]!, 'sha1'), ORIG)}\nFiles:\n${lineOf(md5('x'), ORIG)}\n`,
    'MD5 is',
  ],
])('are refused with another sum than %s says, together or after it', async (_what, text, message) => {
  const error = { code: 'spu.checksum', part: ORIG, error: expect.stringMatching(message) };
  const together = await post({ ...FILES, [DSC]: text });
  expect([together.status, together.body, await names()]).toEqual([422, expect.objectContaining(error), []]);
  await post(FILES);
  const after = await post({ [DSC]: text });
  expect([after.status, after.body]).toEqual([422, expect.objectContaining(error)]);
  spu = await aSpu(server, 'hello');
  await post({ [DSC]: text });
  const before = await post(FILES);
  expect([before.status, before.body, await names()]).toEqual([422, expect.objectContaining(error), [DSC]]);
});

it('are kept with sums in capitals, and with only MD5 where it is right', async () => {
  const text = `Checksums-Sha1:\n${lineOf(hashOf(FILES[ORIG]!, 'sha1').toUpperCase(), ORIG)}\nFiles:\n${sums(FILES, md5)}\n`;
  const reply = await post({ ...FILES, [DSC]: text });
  expect([reply.status, reply.body.missing]).toEqual([201, []]);
});

it('are called by their filenames, whatever the fields of the form are called', async () => {
  const form = (files: Record<string, string>): FormData => {
    const made = new FormData();
    for (const [name, text] of Object.entries(files)) made.append(name.split('.').at(-1)!, new Blob([text]), name);
    return made;
  };
  const files = { ...FILES, [DSC]: dscOf(FILES) };
  const wrong = await postForm(server, `${spu}files/`, form({ ...files, [ORIG]: 'the upstream sourceS' }));
  expect([wrong.status, wrong.body.code, wrong.body.part]).toEqual([422, 'spu.checksum', ORIG]);
  const right = await postForm(server, `${spu}files/`, form(files));
  expect([right.status, right.body.missing, await names()]).toEqual([201, [], [DEBIAN, DSC, ORIG]]);
});

it('are checked against a .changes, whose lines say more, and which may be unsigned', async () => {
  const lines = Object.entries(FILES).map(([name, text]) => ` ${md5(text)} ${text.length} devel optional ${name}`);
  const changes = (sizes: string): string =>
    `Format: 1.8\nDate: Thu, 01 Jan 2026 00:00:00 +0000\nSource: hello\nChecksums-Sha256:\n${sums(FILES, (text) => hashOf(text))}\nFiles:\n${sizes}\n`;
  const good = await post({ ...FILES, 'hello_2.10-3_source.changes': changes(lines.join('\n')) });
  expect([good.status, good.body.missing]).toEqual([201, []]);
  spu = await aSpu(server, 'hello');
  const onlyFiles = `Files:\n${lines.join('\n').replace(' 20 ', ' 21 ')}\n`;
  const bad = await post({ ...FILES, 'old_source.changes': onlyFiles });
  expect([bad.status, bad.body.part]).toEqual([422, ORIG]);
});

it.each([
  ['nothing', 'Format: 3.0\n'],
  ['a line without a hash', 'Checksums-Sha256:\n nohash 5 x\n'],
  ['a line without a size', `Checksums-Sha256:\n ${'0'.repeat(64)} many x\n`],
  ['a path', `Checksums-Sha256:\n ${'0'.repeat(64)} 5 ../x\n`],
  ['a line without an MD5', 'Files:\n nohash 5 x\n'],
  ['a line with half an SHA-1', `Checksums-Sha1:\n ${'0'.repeat(20)} 5 x\n`],
  ['two sums', `Files:\n ${'0'.repeat(32)} 4 x\n ${'1'.repeat(32)} 4 x\n`],
  ['two sizes', `Files:\n ${'0'.repeat(32)} 4 x\nChecksums-Sha256:\n ${'0'.repeat(64)} 5 x\n`],
])('are refused with a .dsc that lists %s', async (_what, text) => {
  const reply = await post({ [DSC]: text });
  expect([reply.status, reply.body]).toEqual([422, expect.objectContaining({ code: 'spu.bad_control', part: DSC })]);
});

it('stay as they are: a repeat changes nothing, other bytes are a conflict', async () => {
  await post(FILES);
  const again = await post(FILES);
  expect([again.status, again.body.objects.length]).toEqual([200, 2]);
  const other = await post({ [ORIG]: 'changed', 'new.txt': 'x' });
  expect([other.status, other.body.code, await names()]).toEqual([409, 'spu.file_exists', [DEBIAN, ORIG]]);
});

it('repeats the answer for its Idempotency-Key', async () => {
  const headers = { 'Idempotency-Key': `spu-${spu}` };
  const first = await post(FILES, headers);
  const again = await post(FILES, headers);
  expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true']);
  expect((await post({ a: 'b' }, headers)).status).toBe(422);
});

it('go with their upload', async () => {
  await post(FILES);
  await server.http.delete(spu).expect(204);
  await server.http.get(`${spu}files/`).expect(404);
  expect(await server.sql('SELECT 1 FROM spu_file WHERE spu_id = $1', [Number(spu.split('/')[4])])).toEqual([]);
});

it.each([
  ['no form', () => server.http.post(`${spu}files/`).send({ a: 1 }), 415],
  ['an unknown upload', () => postForm(server, '/api/v1/spu/99999/files/', formOf({}, FILES)), 404],
  ['no upload', () => postForm(server, '/api/v1/spu/abc/files/', formOf({}, FILES)), 404],
  ['no files', () => post({}), 400],
  ['a text', () => postForm(server, `${spu}files/`, formOf({ mode: 'x' }, FILES)), 400],
  ['a folder', () => post({ 'debian/control': 'x' }), 400],
  ['a way out', () => post({ '../x': 'x' }), 400],
  ['an unknown file', () => server.http.get(`${spu}files/none`), 404],
])('%s is refused', async (_what, ask, status) => {
  expect((await ask()).status).toBe(status);
});
