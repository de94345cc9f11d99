// The scene that the examples of help and docs/CLI.md play on: a project in git, and four tickets.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { git, runStamp } from './small-process.js';
import { type Ended, STAMP, stampEnvironment } from './stamp.js';

export interface Scene {
  readonly server: TestServer;
  /** A clean clone with sources in ./src. */
  readonly folder: string;
  /** Runs a line in the folder, as a shell does: `stamp why TKT-1`. */
  run(line: string): Promise<Ended>;
  /** The same, in the small process that is kept where the line needs no shell; at `url` where that is another server. */
  runWithin(line: string, url?: string, timeoutMs?: number): Promise<Ended>;
  end(): Promise<void>;
}

/**
 * TKT-1 carries `cart`, in dev; TKT-2 is a bundle with openssl and curl at step 200; TKT-3 is released; TKT-4 is closed.
 * Production is at release 1.
 */
export async function makeScene(): Promise<Scene> {
  const server = await startTestServer();
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-scene-'));
  const folder = path.join(home, 'shop');
  await makeClone(folder);
  await fs.mkdir(path.join(home, 'bin'));
  await fs.symlink(STAMP, path.join(home, 'bin', 'stamp'));
  await makeTickets(server.http);
  const environment = stampEnvironment(server.base, home);
  const PATH = `${path.join(home, 'bin')}${path.delimiter}${environment.PATH ?? ''}`;
  return {
    server,
    folder,
    run: (line) => runLine(line, folder, { ...environment, PATH }),
    runWithin: (line, url = server.base, timeoutMs = 30_000) => {
      const env = { ...environment, PATH, STAMP_URL: url };
      if (!PLAIN.test(line)) return runLine(line, folder, env, timeoutMs);
      return runStamp({ args: line.split(' ').slice(1), cwd: folder, env, input: '', timeoutMs });
    },
    end: async () => {
      await server.stop();
      await fs.rm(home, { recursive: true, force: true });
    },
  };
}

/** Words that mean to a shell what they are. */
const PLAIN = /^stamp(?: [\w@.:/=,+-]+)*$/;

async function makeClone(folder: string): Promise<void> {
  const files: Record<string, string> = {
    'src/cart.js':
      "import { euros } from './format.js';\nexport const total = (prices) => euros(prices.reduce((a, b) => a + b, 0));\n",
    'src/format.js': 'export const euros = (amount) => `${amount.toFixed(2)} €`;\n',
    'index.html': '<!doctype html>\n<html>\n  <head>\n    <title>Shop</title>\n  </head>\n  <body></body>\n</html>\n',
    'smoke-test.mjs':
      "const map = await (await fetch(process.env.STAMP_MAP_URL)).json();\nprocess.exitCode = 'slow' in map.imports ? 1 : 0;\n",
    'bundle.json': JSON.stringify({
      owner: 'alice@example.com',
      title: 'Update curl',
      subtickets: [{ sourcepackage: 'curl', version: '8.12.0-1', assignee: 'bob@example.com' }],
    }),
  };
  for (const [name, content] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), content);
  }
  const who = ['-c', 'user.name=Alice', '-c', 'user.email=alice@example.com'];
  const run = (...args: string[]): string => git([...who, ...args], folder, process.env);
  run('init', '--quiet', '--initial-branch=main');
  run('add', '--all');
  run('commit', '--quiet', '--message=The shop');
}

async function makeTickets(http: TestServer['http']): Promise<void> {
  const ticket = (title: string) =>
    http.post('/api/v1/ticket/').send({ title, owner: 'alice@example.com' }).expect(201);
  const upload = (key: string, specifier: string, content: string) =>
    http
      .post(`/api/v1/ticket/${key}/modules/`)
      .field('specifier', specifier)
      .attach('file', Buffer.from(content), `${specifier}.js`)
      .expect(201);
  await ticket('Free shipping from 30 €');
  const subtickets = [
    { sourcepackage: 'openssl', version: '3.4.0-2', assignee: 'bob@example.com' },
    { sourcepackage: 'curl', version: '8.11.0-1', assignee: 'bob@example.com' },
  ];
  await http
    .post('/api/v1/bundle/')
    .send({ title: 'Update openssl', owner: 'alice@example.com', subtickets })
    .expect(201);
  await http
    .patch('/api/v1/updateticketstatus/TKT-2/')
    .send({ current_workflow_step: '200', status: '000' })
    .expect(202);
  await ticket('Prices with tax');
  await upload('TKT-3', 'prices', 'export const tax = 0.19;');
  for (let stage = 0; stage < 2; stage++) await http.post('/api/v1/ticket/TKT-3/promote/').expect(200);
  await ticket('A menu');
  await upload('TKT-4', 'menu', 'export const menu = [];');
  await http.post('/api/v1/ticket/TKT-4/close/').expect(200);
  await upload('TKT-1', 'cart', 'export const total = 0;');
}

/** What goes on for longer is ended, with all that it started: its code is null then. */
function runLine(line: string, cwd: string, env: Record<string, string>, timeoutMs = 30_000): Promise<Ended> {
  const child = spawn('sh', ['-c', line], { cwd, env, detached: true });
  child.stdin.end();
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), timeoutMs);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...said });
    });
  });
}
