// Packages whose package.json says what no package says: a server with little memory refuses them, or takes them, and answers
// everybody else meanwhile.
import { formOf } from '../builders/modules.js';
import { endAll, newFolder, PROCESS_MS, type ServerProcess, startServer } from './server-process.js';

const KILOBYTE = 1000;
/** Where it takes longer, or the server is gone, the test is over. */
const MOST_MS = 20_000;
const BEARABLE_MS = 3000;

const several = <One>(count: number, one: (index: number) => One): One[] =>
  Array.from({ length: count }, (_, index) => one(index));
const named = <One>(count: number, name: (index: number) => string, one: One): Record<string, One> =>
  Object.fromEntries(several(count, (index) => [name(index), one]));
/** As text, since to write it from lists would take as deep a stack. */
const nested = (depth: number, inner: string): string => `${'['.repeat(depth)}"${inner}"${']'.repeat(depth)}`;

const files = (count: number, path: (index: number) => string, content = ''): Record<string, string> =>
  Object.fromEntries(several(count, (index) => [path(index), content]));
const imports = (count: number, of: (index: number) => string): string =>
  several(count, (index) => `import"${of(index)}";`).join('');

const stars = (count: number): string => '*'.repeat(count);
const long = 'x'.repeat(1900);
const lib = files(400, (index) => `lib/${'a'.repeat(50)}${index}.js`);
const own = imports(2000, (index) => `#${index}`);

type Case = readonly [name: string, description: object | string, files: Record<string, string>];

const REFUSED: readonly Case[] = [
  ['an own name with 250 000 stars', { imports: { '#*': `a${stars(250 * KILOBYTE)}` } }, ownNames()],
  ['an own name of a file with as many', { imports: { '#*': `./a${stars(250 * KILOBYTE)}` } }, ownNames()],
  ['a target with 900 000 stars', { exports: { './*': `./${stars(900 * KILOBYTE)}` } }, lib],
  ['a target of 900 000 letters', { exports: { './*': `./${'l'.repeat(900 * KILOBYTE)}*` } }, lib],
  ['a name of 900 000 letters', { exports: { [`./${'n'.repeat(900 * KILOBYTE)}*`]: './lib/*' } }, lib],
  ['a list of 200 000', { exports: { './*': ['./lib/*', ...several(200 * KILOBYTE, () => 'a')] } }, lib],
  ['an own name of a list of 200 000', { imports: { '#*': several(200 * KILOBYTE, () => 'a') } }, { 'own.js': own }],
  ['60 000 conditions', { imports: { '#*': named(60 * KILOBYTE, (at) => `c${at}`, 'a') } }, { 'own.js': own }],
  ['lists in lists in lists', `{"exports":{"./*":${nested(100 * KILOBYTE, './lib/*')}}}`, lib],
  ['60 000 names', { exports: named(60 * KILOBYTE, (at) => `./${at}`, './index.js') }, lib],
  ['a star that is another with many', { exports: { './*': './lib/*', './x*': `./${stars(900 * KILOBYTE)}` } }, lib],
];

function ownNames(): Record<string, string> {
  return { 'own.js': imports(200, (index) => `#${index}${long}`) };
}

let server: ServerProcess | undefined;
afterAll(endAll);

/** Started anew where the last one didn't live through it. */
async function alive(): Promise<ServerProcess> {
  if (server && server.child.exitCode === null && server.child.signalCode === null) return server;
  server = startServer({ STAMPLINE_DATA: newFolder(), NODE_OPTIONS: '--max-old-space-size=256' });
  await server.ready;
  return server;
}

const within = { signal: undefined as AbortSignal | undefined };

/** The answer, and the longest that somebody else waited meanwhile. */
async function upload({ base }: ServerProcess, description: object | string, given: Record<string, string>) {
  within.signal = AbortSignal.timeout(MOST_MS);
  const { id } = await post(`${base}/api/v1/ticket/`, JSON.stringify({ title: 'hostile' }));
  const json = typeof description === 'string' ? description : JSON.stringify(description);
  const all = { 'package.json': json, 'index.js': 'export default 1', ...given };
  let [over, longest] = [false, 0];
  const others = (async () => {
    while (!over) {
      const from = performance.now();
      const { status } = await fetch(`${base}/livez`, within);
      expect(status).toBe(200);
      longest = Math.max(longest, performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  const reply = post(`${base}/api/v1/ticket/${id}/modules/`, formOf({ name: 'p' }, all)).finally(() => (over = true));
  const [body] = await Promise.all([reply, others]);
  return { body, longest };
}

async function post(url: string, body: string | FormData): Promise<any> {
  const headers: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  const reply = await fetch(url, { method: 'POST', headers, body, ...within });
  return reply.json();
}

/** What doesn't answer in time is ended: the next one gets another. */
async function tried(description: object | string, given: Record<string, string>) {
  const one = await alive();
  try {
    return await upload(one, description, given);
  } catch (error) {
    one.kill('SIGKILL');
    await one.ended;
    throw new Error(`${String(error)}\n${one.output().slice(-2000)}`, { cause: error });
  }
}

it.each(REFUSED)(
  '%s is refused, and holds nobody up',
  async (_name, description, given) => {
    const { body, longest } = await tried(description, given);
    if (body.code === 'internal') throw new Error(server?.output().slice(-3000));
    expect(body.code).toBe('upload.bad_package_json');
    expect(longest).toBeLessThan(BEARABLE_MS);
  },
  2 * PROCESS_MS,
);
