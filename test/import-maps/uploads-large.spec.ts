// Scripts with more in them than anybody writes: refused, or read in a thread, while everybody else is served.
import { aTicket } from '../builders/ticket.builder.js';
import { dangling, textAt, UploadsOf } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let uploads: UploadsOf;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  uploads = new UploadsOf(server, await aTicket(server));
});

const imports = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => `import "${of(index)}";`).join('\n');

/** How long nobody else had a turn meanwhile, in milliseconds. Reading on the main thread took ten seconds and more. */
async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 10);
  await work();
  clearInterval(timer);
  return longest;
}
const BEARABLE_MS = 3000;

it.each([
  ['a module', { specifier: 'm' }, 'a.js'],
  ['a package', { name: 'p' }, 'index.js'],
  ['sources', { mode: 'sources' }, 'src/a.js'],
])(
  '%s of 200 000 imports is refused, and holds nobody up',
  async (_name, texts, path) => {
    const text = imports(200_000, (index) => `./${index}.js`);
    let reply: unknown;
    const pause = await longestPause(async () => (reply = await uploads.put(texts, { [path]: text })));
    expect(reply).toMatchObject({ status: 422, body: { code: 'upload.too_many_imports' } });
    expect((reply as { text: string }).text).toContain('STAMPLINE_MAX_IMPORTS');
    expect(pause).toBeLessThan(BEARABLE_MS);
    expect(await server.sql('SELECT 1 FROM map_revision WHERE ticket_id = $1', [uploads.ticket.id])).toEqual([]);
  },
  60_000,
);

it('a module with as many imports as it may have is taken, and at most 100 warnings are told', async () => {
  const reply = await uploads.put({ specifier: 'm' }, { 'm.js': imports(20_000, (index) => `lib-${index}`) });
  expect(reply.status).toBe(201);
  expect(reply.body.modules[0].imports).toHaveLength(20_000);
  expect([reply.body.warnings.length, reply.body.more_warnings]).toEqual([100, 19_900]);
}, 60_000);

it('100 warnings are told as they are', async () => {
  const some = await uploads.put({ name: 'p' }, { 'index.js': imports(100, (index) => `./${index}.js`) });
  expect([dangling(some).length, some.body.more_warnings]).toEqual([100, undefined]);
  const more = await uploads.put({ name: 'p' }, { 'index.js': imports(101, (index) => `./${index}.js`) });
  expect([dangling(more).length, more.body.more_warnings]).toEqual([100, 1]);
});

it('the imports of all files of a package, and their length, are bounded too', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 3 }, (_, file) => [
      `${file ? `f${file}` : 'index'}.js`,
      imports(9000, (one) => `l-${file}-${one}`),
    ]),
  );
  const whole = await uploads.put({ name: 'p' }, files);
  expect([whole.status, whole.body.code]).toEqual([422, 'upload.too_many_imports']);
  const long = await uploads.put({ specifier: 'm' }, { 'm.js': imports(3000, (one) => `${one}/${'x'.repeat(1500)}`) });
  expect([long.status, long.body.code]).toEqual([422, 'upload.too_many_imports']);
});

it('the relative imports of all files of a package are counted as they are read', async () => {
  const wide = (count: number): Record<string, string> => ({
    'index.js': 'export default 1',
    ...Object.fromEntries(
      Array.from({ length: count }, (_, file) => [`f${file}.js`, imports(20_000, (one) => `./l-${file}-${one}`)]),
    ),
  });
  let reply: unknown;
  const pause = await longestPause(async () => (reply = await uploads.put({ name: 'p' }, wide(20))));
  expect(reply).toMatchObject({ status: 422, body: { code: 'upload.too_many_imports' } });
  expect((reply as { text: string }).text).toContain('200000 are allowed');
  expect(pause).toBeLessThan(BEARABLE_MS);
  const few = await uploads.put({ name: 'p' }, wide(2));
  expect([few.status, few.body.warnings.length, dangling(few).length + few.body.more_warnings]).toEqual([
    201, 100, 40_000,
  ]);
}, 60_000);

it('specifiers that no map could have are not told; a ticket with the longest that are is promoted', async () => {
  const odd = Array.from({ length: 1990 }, (_, at) => String.fromCharCode(33 + ((at * 7919 + at * at) % 90))).join('');
  const longest = odd.replaceAll(/["\\]/g, '-');
  const text = `import "${'y/'.repeat(500_000)}";\nimport "data:text/javascript,${'z'.repeat(3000)}";\nimport "${longest}";`;
  const reply = await uploads.put({ specifier: 'm' }, { 'm.js': text });
  expect([reply.status, reply.body.modules[0].imports]).toEqual([201, [longest]]);
  const forced = { force: ['imports'], reason: 'its imports are made up' };
  for (let left = 0; left < 4; left++)
    await server.http.post(`/api/v1/ticket/${uploads.ticket.id}/promote/`).send(forced);
  const [layer] = await server.sql<{ count: number }>('SELECT count(*)::int AS count FROM layer WHERE ticket_id = $1', [
    uploads.ticket.id,
  ]);
  expect(layer).toEqual({ count: 1 });
}, 60_000);

it('a large source is rewritten in a thread as a small one is here, its map with it', async () => {
  const map = JSON.stringify({ version: 3, sources: ['app.ts'], names: [], mappings: 'AAAA' });
  const code = (filler: string) => `import "./lib.js";\n${filler}//# sourceMappingURL=app.js.map\n`;
  const rewritten: string[] = [];
  for (const filler of ['', `/* ${'x'.repeat(300_000)} */\n`]) {
    const reply = await uploads.put({ mode: 'sources' }, { 'src/app.js': code(filler), 'src/app.js.map': map });
    expect([reply.status, reply.body.modules[0].imports]).toEqual([201, ['@default/src/lib.js']]);
    const text = await textAt(reply.body.modules[0].url);
    rewritten.push(text.replace(filler, '').split('//# sourceMappingURL=')[0] ?? '');
    const inline = text.split('base64,')[1] ?? '';
    expect(JSON.parse(Buffer.from(inline, 'base64').toString())).toMatchObject({ sources: ['src/app.ts'] });
  }
  expect(rewritten[1]).toBe(rewritten[0]);
}, 60_000);

it('a syntax error of a large file names its place', async () => {
  const text = `${'// x\n'.repeat(100_000)}import {`;
  const reply = await uploads.put({ specifier: 'm' }, { 'm.js': text });
  expect([reply.status, reply.body.code]).toEqual([422, 'upload.syntax_error']);
  expect(reply.body.error).toContain('line 100001');
}, 60_000);
