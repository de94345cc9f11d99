// Ctrl-C ends a command by what its work came to, however little time the machine gives it meanwhile.
import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../process/server-process.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { STAMP, stampEnvironment } from './stamp.js';
import { endApps, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
const children: ChildProcess[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await endApps();
});
afterAll(() => server.stop());

const turn = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  said(): string;
}

function start(args: readonly string[], url: string, app: WatchedApp): Started {
  const env = { ...stampEnvironment(url, app.folder), ...app.env };
  const child = spawn(process.execPath, [STAMP, ...args], { cwd: app.folder, env });
  children.push(child);
  let all = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (all += chunk.toString()));
  return { child, ended: new Promise((resolve) => child.once('close', resolve)), said: () => all };
}

/** For three seconds it gets a little time now and then, as on a machine that has much else to do. */
async function slowDown(child: ChildProcess): Promise<void> {
  for (let slice = 0; slice < 30; slice++) {
    child.kill('SIGSTOP');
    await turn(98);
    child.kill('SIGCONT');
    await turn(2);
  }
}

/** In front of the server; keeps uploads to itself while `held` is true. */
async function slowly(use: (proxy: { url: string; held: boolean; count: number }) => Promise<void>): Promise<void> {
  const proxy = { url: '', held: false, count: 0 };
  const front = http.createServer((request, reply) => {
    const { method, url = '', headers } = request;
    if (proxy.held && url.includes('/modules/')) return void (proxy.count += 1);
    const upstream = http.request(server.base + url, { method, headers });
    upstream.on('response', (answer) => answer.pipe(reply.writeHead(answer.statusCode ?? 502, answer.headers)));
    upstream.on('error', () => reply.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  try {
    await use(proxy);
  } finally {
    front.closeAllConnections();
    front.close();
  }
}

it.each(['SIGINT', 'SIGTERM'] as const)('a watch with an upload on its way ends with 0 after %s', (signal) =>
  slowly(async (proxy) => {
    const app = new WatchedApp({ 'src/cart.js': text(1) });
    const watch = start(['update', newKey(), '--json'], proxy.url, app);
    await eventually('it watches', () => watch.said().includes('"watching"'));
    proxy.held = true;
    app.write('src/cart.js', text(2));
    await eventually('the upload is on its way', () => proxy.count > 0);
    watch.child.kill(signal);
    await slowDown(watch.child);
    expect([await watch.ended, watch.said()]).toEqual([0, expect.stringMatching(/"event":"ended".*\n$/)]);
  }),
);

it('a stream ends with 0, and a second Ctrl-C ends anything at once', async () => {
  const app = new WatchedApp({ 'src/cart.js': text(1) });
  await app.stamp(server.base, `update ${newKey()} --once`);
  const stream = start(['stream', '--since', 'earliest'], server.base, app);
  await eventually('it has said something', () => stream.said() !== '');
  stream.child.kill('SIGINT');
  await slowDown(stream.child);
  expect(await stream.ended).toBe(0);
  await slowly(async (proxy) => {
    const watch = start(['update', newKey(), '--json'], proxy.url, app);
    proxy.held = true;
    await eventually('the upload is on its way', () => proxy.count > 0);
    watch.child.kill('SIGINT');
    await turn(200);
    watch.child.kill('SIGINT');
    expect(await watch.ended).toBe(130);
  });
});

it('what a watch prints ends with a line break, whichever stream it goes to', async () => {
  const app = new WatchedApp({ 'src/cart.js': text(1), 'src/page.html': '<p>' });
  const ends: string[] = [];
  for (const more of [[], ['--json'], ['--verbose']]) {
    const env = { ...stampEnvironment(server.base, app.folder), ...app.env };
    const child = spawn(process.execPath, [STAMP, 'update', newKey(), ...more], { cwd: app.folder, env });
    children.push(child);
    const texts = ['', ''];
    [child.stdout, child.stderr].forEach((stream, at) =>
      stream.on('data', (chunk: Buffer) => (texts[at] += chunk.toString())),
    );
    const ended = new Promise((resolve) => child.once('close', resolve));
    await eventually('it has sent the first look', () => texts[0]?.includes('import-map.json'));
    app.write('src/cart.js', text(`saved ${more.join('')}`));
    await eventually('it has sent the save', () =>
      /src\/cart\.js.*\n[^]*src\/cart\.js|src\/cart\.js {2}/.test(texts[0] ?? ''),
    );
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    ends.push(...texts.filter((one) => one !== '').map((one) => one.slice(-1)));
  }
  expect(new Set(ends)).toEqual(new Set(['\n']));
});
