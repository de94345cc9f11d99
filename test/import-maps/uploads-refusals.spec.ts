// What an upload is refused for: names, types, sizes, forms that are none. Nothing is kept of any.
import fs from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../src/config-values.js';
import { readConfig } from '../../src/config.js';
import { aTicket } from '../builders/ticket.builder.js';
import { type FormFiles, type FormTexts, formOf, postForm, UploadsOf } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { HOSTILE_GIT } from '../builders/hostile-texts.js';

const MEGABYTE = 1024 * 1024;

let server: TestServer;
let uploads: UploadsOf;

beforeAll(async () => {
  server = await startTestServer({ uploads: { file: MEGABYTE, request: 3 * MEGABYTE, files: 5, imports: 7 } });
  uploads = new UploadsOf(server, await aTicket(server));
});

afterAll(() => server.stop());

/** Whatever is on the disk or in the tables. */
async function kept(): Promise<unknown[]> {
  const entries = await fs
    .readdir(path.join(server.dataFolder, 'blobs'), { recursive: true, withFileTypes: true })
    .catch(() => []);
  return [
    ...entries.filter((one) => one.isFile()),
    ...(await server.sql('SELECT 1 FROM blob UNION ALL SELECT 1 FROM map_revision')),
  ];
}

afterEach(async () => {
  expect(await kept()).toEqual([]);
});

const refused = async (texts: FormTexts, files: FormFiles): Promise<[number, string, string]> => {
  const { status, body } = await uploads.put(texts, files);
  return [status, body.code, body.error];
};

it.each([
  '../a.js',
  'lib/../../a.js',
  '/etc/a.js',
  'C:/a.js',
  'a\\b.js',
  '%2e%2e/a.js',
  'a%2Fb.js',
  './a.js',
  'lib//a.js',
  'lib/',
  'nul\0.js',
  'tab\t.js',
  `${'x'.repeat(253)}.js`,
  `${'folder/'.repeat(150)}a.js`,
])('the name %j', async (name) => {
  expect(await refused({ name: 'nav' }, { 'index.js': '', [name]: '' })).toEqual([
    400,
    'upload.bad_name',
    expect.stringContaining('The file name'),
  ]);
});

it.each(['__proto__', 'constructor', '__proto__/a.js'])('nothing: the name %s is one like others', async (name) => {
  const form = formOf({ mode: 'sources' }, { [name]: 'x' });
  const reply = await postForm(server, `/api/v1/ticket/${uploads.ticket.id}/modules/`, form);
  expect([reply.status, reply.body.modules[0].specifier]).toEqual([201, `@default/${name}`]);
  await server.sql('DELETE FROM map_revision; DELETE FROM blob_use; DELETE FROM blob; UPDATE ticket SET stage = NULL');
  await fs.rm(path.join(server.dataFolder, 'blobs'), { recursive: true });
});

it.each(['a.html', 'a.svg', 'a.xml', 'a.xhtml', 'a.HTML', 'a.js.svg', 'a.png', 'a.exe', 'a', 'js'])(
  'a module of the type of %s',
  async (name) => {
    expect(await refused({ specifier: 'a' }, { [name]: '<html/>' })).toEqual([
      415,
      'upload.unsupported_type',
      expect.stringContaining(name),
    ]);
  },
);

it.each([
  [
    'a file',
    { name: 'n' },
    { 'index.js': '', 'large.bin': 'x'.repeat(MEGABYTE + 1) },
    /large\.bin.* 1 MB.*STAMPLINE_MAX_FILE_MB/,
  ],
  [
    'an upload',
    { name: 'n' },
    Object.fromEntries(['index.js', '1', '2', '3'].map((name) => [name, ' '.repeat(0.8 * MEGABYTE)])),
    / 3 MB.*STAMPLINE_MAX_UPLOAD_MB/,
  ],
  [
    'their count',
    { name: 'n' },
    Object.fromEntries(['index.js', ...'12345'].map((name) => [name, ''])),
    / 5 files.*STAMPLINE_MAX_FILES/,
  ],
  ['a text', { specifier: 'x'.repeat(70_000) }, { 'a.js': '' }, /specifier.*64 kB/],
])('%s beyond its limit, naming it', async (_what, texts: FormTexts, files: FormFiles, message) => {
  expect(await refused(texts, files)).toEqual([
    413,
    expect.stringMatching(/^upload\./),
    expect.stringMatching(message),
  ]);
});

it('more modules of a list than its limit, naming it', async () => {
  const modules = [...'123456'].map((name) => ({ specifier: name, url: `https://cdn.example/${name}.js` }));
  const list = await uploads.post({ modules }).expect(413);
  expect(list.body).toMatchObject({
    code: 'upload.too_many',
    error: 'The upload has more than 5 modules (STAMPLINE_MAX_FILES). Split it.',
  });
});

it('more texts than its limit, naming it', async () => {
  const deletes = Array.from({ length: 121 }, (_none, index) => `${index}.js`);
  expect(await refused({ mode: 'sources', delete: deletes }, {})).toEqual([
    413,
    'upload.too_many',
    'The upload has more than 120 texts (4 times STAMPLINE_MAX_FILES and 100 more). Split it.',
  ]);
});

it('nothing up to its limits', async () => {
  const files = Object.fromEntries(['index.js', ...'12'].map((name) => [name, ' '.repeat(0.9 * MEGABYTE)]));
  expect((await uploads.put({ name: 'n' }, { ...files, '3': 'x', '4': 'x' })).status).toBe(201);
  await server.sql('DELETE FROM map_revision; DELETE FROM blob_use; DELETE FROM blob; UPDATE ticket SET stage = NULL');
  await fs.rm(path.join(server.dataFolder, 'blobs'), { recursive: true });
});

it.each([
  ['a second file', { specifier: 'a' }, { 'a.js': '', 'b.js': '' }, 400, 'upload.one_file'],
  ['no file', { specifier: 'a' }, {}, 400, 'upload.one_file'],
  ['a package without files', { name: 'a' }, {}, 400, 'upload.no_files'],
  ['sources without files', { mode: 'sources' }, {}, 400, 'upload.no_files'],
  ['neither specifier nor name', {}, { 'a.js': '' }, 400, 'upload.unknown_mode'],
  ['an unknown mode', { mode: 'zip' }, { 'a.js': '' }, 400, 'upload.unknown_mode'],
  ['a module without a specifier', { mode: 'module' }, { 'a.js': '' }, 400, 'upload.unnamed'],
  ['both at once', { specifier: 'a', name: 'b' }, { 'a.js': '' }, 400, 'upload.mixed'],
  ['a deletion beside a module', { specifier: 'a', delete: 'b.js' }, { 'a.js': '' }, 400, 'upload.mixed'],
  ['a typo', { specifer: 'a' }, { 'a.js': '' }, 400, 'upload.unknown_field'],
  ['a deletion that leads out', { delete: '../a.js' }, {}, 400, 'upload.bad_name'],
  ['a file that comes and goes', { mode: 'sources', delete: 'a.js' }, { 'a.js': '' }, 400, 'upload.repeated_key'],
  ['a package named like a folder', { name: 'a/' }, { 'index.js': '' }, 400, 'upload.bad_package_name'],
  ['a folder’s specifier for a file', { specifier: 'a/' }, { 'a.js': '' }, 422, 'module.invalid'],
  ['a specifier with NUL', { specifier: 'a\0' }, { 'a.js': '' }, 400, 'module.name'],
  ['a scope that is no URL', { specifier: 'a', scope: 'admin' }, { 'a.js': '' }, 400, 'module.scheme'],
])('%s', async (_what, texts: FormTexts, files: FormFiles, status, code) => {
  expect(await refused(texts, files)).toEqual([status, code, expect.any(String)]);
});

it.each([
  ['a module', { specifier: 'a' }, { 'a.mjs': 'let a = 1;\nimport {x from "y";\n' }, 'a.mjs', 3],
  ['a package', { name: 'a' }, { 'index.js': 'export {}', 'lib/b.js': 'const x = {' }, 'lib/b.js', 1],
  ['sources', { mode: 'sources' }, { 'a.js': '', 'b.js': '\n\n  "unclosed' }, 'b.js', 3],
])(
  '%s with a syntax error, naming file and position',
  async (_what, texts: FormTexts, files: FormFiles, file, line) => {
    const reply = await uploads.put(texts, files);
    expect([reply.status, reply.body]).toEqual([
      422,
      expect.objectContaining({
        code: 'upload.syntax_error',
        part: file,
        error: expect.stringMatching(`${file}.*line ${line}, column`),
      }),
    ]);
  },
);

it.each([
  ['no boundary', 'multipart/form-data', 'x'],
  [
    'no end',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="specifier"\r\n\r\ncart\r\n--b\r\n',
  ],
  ['no body', 'multipart/form-data; boundary=b', ''],
  [
    'a file without an end',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.js"\r\n\r\nexport',
  ],
  [
    'no name',
    'multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--b--\r\n',
  ],
])('a form with %s', async (_what, type, body) => {
  const reply = await server.http
    .post(`/api/v1/ticket/${uploads.ticket.id}/modules/`)
    .set('Content-Type', type)
    .send(body);
  expect([reply.status, reply.body.code]).toEqual([400, expect.stringMatching(/^upload\./)]);
});

it('a form where none is taken', async () => {
  const reply = await postForm(server, '/api/v1/ticket/', formOf({ title: 'x' }, {}));
  expect([reply.status, reply.body.code]).toEqual([415, 'body.not_json']);
});

it('an unknown, a closed and a frozen ticket', async () => {
  const closed = await aTicket(server).closed();
  const answers = [];
  for (const id of ['999999', 'TKT-99999', String(closed.id)]) {
    const form = formOf({ specifier: 'a' }, { 'a.js': '' });
    answers.push((await postForm(server, `/api/v1/ticket/${id}/modules/`, form)).status);
  }
  expect(answers).toEqual([404, 404, 409]);
  // Refused after the file was whole: its blob is on the disk without a row, for the clean-up.
  await fs.rm(path.join(server.dataFolder, 'blobs'), { recursive: true });
});

it.each(['STAMPLINE_MAX_FILE_MB', 'STAMPLINE_MAX_UPLOAD_MB', 'STAMPLINE_MAX_FILES'])(
  'a limit %s that can not be',
  (name) => {
    for (const value of ['0', '-1', '1.5', 'many', '1000000'])
      expect(() => readConfig({ [name]: value })).toThrow(
        new ConfigError(
          `${name}=${value} is not valid. Use a whole number from 1 to ${{ STAMPLINE_MAX_FILE_MB: 1024, STAMPLINE_MAX_UPLOAD_MB: 4096, STAMPLINE_MAX_FILES: 20_000 }[name]}.`,
        ),
      );
    expect(readConfig({ STAMPLINE_MAX_FILE_MB: '7' }).uploads).toEqual({
      file: 7 * MEGABYTE,
      request: 128 * MEGABYTE,
      files: 5000,
      imports: 20_000,
    });
  },
);

it.each(HOSTILE_GIT)('%s as %j', async (name, text) => {
  expect(await refused({ specifier: 'a', [name]: text }, { 'a.js': '' })).toEqual([
    400,
    'upload.bad_git',
    expect.any(String),
  ]);
});
