// `stamp snippet --write`: the snippet in pages as people write them. What is there is brought up to date, and the rest stays
// to the byte.
import fs from 'node:fs';
import path from 'node:path';
import { withSnippet } from '../../src/cli/pages/page-snippet.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { stamp } from './stamp.js';

const SCRIPT = 'http://localhost:8000/stamp.js';
const MAP = '{"imports":{"cart":"https://cdn.example/cart.js"}}';
const snippet = { script: SCRIPT, map: MAP };
const LOADING = `<script src="${SCRIPT}"></script>`;
const FALLBACK = `<script type="importmap" data-stamp-fallback>${MAP}</script>`;
const OLD = '{"imports":{}}';

/** Pages before and after. */
const PAGES: Record<string, readonly [before: string, after: string]> = {
  'none of it': [
    '<html>\n  <head>\n    <title>Shop</title>\n  </head>\n</html>\n',
    `<html>\n  <head>\n    <!-- stampline -->\n    ${LOADING}\n    ${FALLBACK}\n    <!-- /stampline -->\n    <title>Shop</title>\n  </head>\n</html>\n`,
  ],
  'tabs, and a charset that must be in the first 1024 bytes': [
    '<head>\n\t<meta charset="utf-8">\n\t<meta name="viewport" content="width=device-width">\n\t<title>Shop</title>\n</head>',
    `<head>\n\t<meta charset="utf-8">\n\t<meta name="viewport" content="width=device-width">\n\t<!-- stampline -->\n\t${LOADING}\n\t${FALLBACK}\n\t<!-- /stampline -->\n\t<title>Shop</title>\n</head>`,
  ],
  'comments with nothing between them': [
    '<head>\n  <!-- stampline --><!-- /stampline -->\n</head>',
    `<head>\n  <!-- stampline -->\n  ${LOADING}\n  ${FALLBACK}\n  <!-- /stampline -->\n</head>`,
  ],
  'comments with something of their own between them': [
    '<head>\n  <!-- stampline -->\n  <!-- ask Anna -->\n  <!-- /stampline -->\n</head>',
    `<head>\n  <!-- stampline -->\n  ${LOADING}\n  ${FALLBACK}\n  <!-- ask Anna -->\n  <!-- /stampline -->\n</head>`,
  ],
  'attributes, quotes and capitals of its own': [
    `<head><SCRIPT nonce="{{ nonce }}" crossorigin data-badge=off SRC='http://old:8000/stamp.js' data-reload></SCRIPT>\n<script nonce="{{ nonce }}" type="importmap" data-stamp-fallback data-x="1">${OLD}</script></head>`,
    `<head><SCRIPT nonce="{{ nonce }}" crossorigin data-badge=off SRC='${SCRIPT}' data-reload></SCRIPT>\n<script nonce="{{ nonce }}" type="importmap" data-stamp-fallback data-x="1">${MAP}</script></head>`,
  ],
  'an address without quotes': [
    `<head><script src=https://old.example/p/shop/stamp.js></script>${FALLBACK}</head>`,
    `<head><script src="${SCRIPT}"></script>${FALLBACK}</head>`,
  ],
  'a path on its own origin': [
    `<head><script src="/stamp.js"></script><script type="importmap" data-stamp-fallback>${OLD}</script></head>`,
    `<head><script src="/stamp.js"></script>${FALLBACK}</head>`,
  ],
  'an address that a template fills in': [
    `<head><script src="<%= stampline %>/stamp.js"></script><script type="importmap" data-stamp-fallback>${OLD}</script></head>`,
    `<head><script src="<%= stampline %>/stamp.js"></script>${FALLBACK}</head>`,
  ],
  'a map with blanks around it': [
    `<head>${LOADING}<script type="importmap" data-stamp-fallback>\n    ${OLD}\n  </script></head>`,
    `<head>${LOADING}<script type="importmap" data-stamp-fallback>\n    ${MAP}\n  </script></head>`,
  ],
  'the same map in a form of its own': [
    `<head>${LOADING}<script type="importmap" data-stamp-fallback>${JSON.stringify(JSON.parse(MAP), null, 2)}</script></head>`,
    `<head>${LOADING}<script type="importmap" data-stamp-fallback>${JSON.stringify(JSON.parse(MAP), null, 2)}</script></head>`,
  ],
  'an empty fallback': [
    `<head>${LOADING}<script type="importmap" data-stamp-fallback></script></head>`,
    `<head>${LOADING}${FALLBACK}</head>`,
  ],
  'the script alone, for import-map-overrides': [
    `<head>\n  <script nonce=abc data-type="overridable-importmap" src="${SCRIPT}"></script>\n</head>`,
    `<head>\n  <script nonce=abc data-type="overridable-importmap" src="${SCRIPT}"></script>\n  <script nonce=abc type="overridable-importmap" data-stamp-fallback>${MAP}</script>\n</head>`,
  ],
  'the fallback alone': [
    `<head>\n  <script nonce="abc" type="importmap" data-stamp-fallback>${OLD}</script>\n</head>`,
    `<head>\n  <script nonce="abc" src="${SCRIPT}"></script>\n  <script nonce="abc" type="importmap" data-stamp-fallback>${MAP}</script>\n</head>`,
  ],
  'other scripts with a nonce': [
    '<head>\n  <script nonce="{{nonce}}" src="app.js"></script>\n</head>',
    `<head>\n  <!-- stampline -->\n  <script nonce="{{nonce}}" src="${SCRIPT}"></script>\n  <script nonce="{{nonce}}" type="importmap" data-stamp-fallback>${MAP}</script>\n  <!-- /stampline -->\n  <script nonce="{{nonce}}" src="app.js"></script>\n</head>`,
  ],
  'what only looks like it': [
    `<head>\n  <!-- ${LOADING} -->\n  <script>const snippet = '${LOADING.replace('</', '<\\/')}';</script>\n  <template>${LOADING}</template>\n</head>`,
    `<head>\n  <!-- stampline -->\n  ${LOADING}\n  ${FALLBACK}\n  <!-- /stampline -->\n  <!-- ${LOADING} -->\n  <script>const snippet = '${LOADING.replace('</', '<\\/')}';</script>\n  <template>${LOADING}</template>\n</head>`,
  ],
};

/** The same pages with other line breaks, a byte order mark, bytes that are no UTF-8. */
const FORMS: Record<string, (page: string) => string> = {
  'as they are': (page) => page,
  'with CRLF': (page) => `${page}\n`.replaceAll('\n', '\r\n'),
  'without a final newline': (page) => page.trimEnd(),
  'with a byte order mark': (page) => `\xef\xbb\xbf${page}`,
  'in Latin-1': (page) => page.replace('Shop', 'Caf\xe9'),
};

describe.each(Object.entries(FORMS))('pages %s', (_form, as) => {
  it.each(Object.entries(PAGES))('%s', (_what, [before, after]) => {
    expect(withSnippet(as(before), snippet, 'index.html')).toBe(as(after));
  });

  it.each(Object.entries(PAGES))('%s: a second time changes nothing', (_what, [, after]) => {
    expect(withSnippet(as(after), snippet, 'index.html')).toBe(as(after));
  });
});

it.each([
  ['async', `<script async src="${SCRIPT}"></script>`, /async/],
  ['defer', `<script src="${SCRIPT}" defer></script>`, /defer/],
  ['a module', `<script type="module" src="${SCRIPT}"></script>`, /type="module"/],
  ['a type that a consent banner gave it', `<script type="text/plain" src="${SCRIPT}"></script>`, /type="text\/plain"/],
  ['nomodule', `<script nomodule src="${SCRIPT}"></script>`, /nomodule/],
  ['an integrity', `<script integrity="sha384-x" src="${SCRIPT}"></script>`, /integrity/],
  ['credentials', `<script crossorigin="use-credentials" src="${SCRIPT}"></script>`, /use-credentials/],
  ['its fallback before it', FALLBACK + LOADING, /swap the two/],
  ['it twice', LOADING + LOADING + FALLBACK, /more than once/],
  ['two fallbacks', LOADING + FALLBACK + FALLBACK, /more than one data-stamp-fallback/],
  ['a fallback that isn’t closed', `${LOADING}<script type="importmap" data-stamp-fallback>{}`, /close it/],
  ['one comment', '<!-- stampline -->', /only one of/],
])('a page with %s is refused', (_what, head, why) => {
  expect(() => withSnippet(`<head>${head}</head>`, snippet, 'index.html')).toThrow(why);
});

it('a type that says JavaScript is one', () => {
  const page = `<head><script type="text/javascript" src="${SCRIPT}"></script>${FALLBACK}</head>`;
  expect(withSnippet(page, snippet, 'index.html')).toBe(page);
});

describe('the command', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());
  const file = (name: string): string => path.join(server.dataFolder, name);
  const run = (line: string) => stamp(line, { url: server.base, cwd: server.dataFolder });

  it('writes several pages, each with its own bytes, and none where one is refused', async () => {
    const latin = Buffer.from('<head><title>Caf\xe9</title></head>', 'latin1');
    fs.writeFileSync(file('a.html'), latin);
    fs.writeFileSync(file('b.html'), '<head><title>Tee für dich</title></head>\r\n');
    fs.writeFileSync(file('bad.html'), `<head><script async src="${server.base}/stamp.js"></script></head>`);
    const refused = await run('snippet --write a.html b.html bad.html');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('bad.html loads stamp.js with async')]);
    expect(fs.readFileSync(file('a.html'))).toEqual(latin);

    expect((await run('snippet --write a.html b.html')).stdout).toBe('a.html was updated.\nb.html was updated.\n');
    const [a, b] = [fs.readFileSync(file('a.html')), fs.readFileSync(file('b.html'), 'utf8')];
    expect(a.includes(Buffer.from('Caf\xe9', 'latin1'))).toBe(true);
    expect(b).toMatch(/^<head>\r\n {2}<!-- stampline -->\r\n[^]*<title>Tee für dich<\/title><\/head>\r\n$/);
    expect((await run('snippet --write a.html --write b.html --json changed')).stdout).toBe(
      '[{"changed":false},{"changed":false}]\n',
    );
    expect(fs.readFileSync(file('a.html'))).toEqual(a);
  });

  it('refuses pages in UTF-16, and pages without --write', async () => {
    fs.writeFileSync(file('wide.html'), Buffer.from('<head></head>', 'utf16le'));
    expect((await run('snippet --write wide.html')).stderr).toContain('UTF-16');
    expect(await run('snippet index.html')).toMatchObject({ code: 2, stderr: expect.stringContaining('--write') });
  });
});
