// Starting: what stands in the way is told in one line, and nothing is left behind.
import fs from 'node:fs';
import path from 'node:path';
import { ELSEWHERE } from './elsewhere.js';
import {
  call,
  endAll,
  eventually,
  isAlive,
  LOOPBACKS,
  newFolder,
  PROCESS_MS,
  postgresOf,
  startServer,
  takenPort,
} from './server-process.js';

afterAll(endAll);

const lines = (output: string): string[] => output.trim().split('\n');

it(
  'on a port that is taken, on either loopback address: one line, exit 1, and no Postgres stays',
  async () => {
    await Promise.all(
      LOOPBACKS.map(async (host) => {
        const taken = await takenPort(host);
        const folder = newFolder();
        const server = startServer({ STAMPLINE_DATA: folder }, taken.port);
        expect(await server.ended).toBe(1);
        taken.leave();
        expect(lines(server.output())).toEqual([
          expect.stringMatching(`^stampline: Port ${taken.port} is in use .*PORT=${taken.port + 1}`),
        ]);
        expect(fs.existsSync(path.join(folder, 'postgres', 'PG_VERSION'))).toBe(true);
        expect(postgresOf(folder)).toBeUndefined();
      }),
    );
  },
  PROCESS_MS,
);

it(
  'where the environment leads to another Postgres by PG variables: the embedded one and its clients pass them over',
  async () => {
    const folder = newFolder();
    const server = startServer({ STAMPLINE_DATA: folder, ...ELSEWHERE });
    await server.ready;
    const made = await call(server.base, 'POST', '/api/v1/ticket/', { title: 'Ünï' });
    expect([made.status, (made.body as { title: string }).title]).toEqual([201, 'Ünï']);
    expect((await call(server.base, 'GET', '/readyz')).status).toBe(200);
  },
  PROCESS_MS,
);

it(
  'on a data folder that is in use: one line, exit 1, and the first keeps working',
  async () => {
    const folder = newFolder();
    const first = startServer({ STAMPLINE_DATA: folder });
    await first.ready;
    const second = startServer({ STAMPLINE_DATA: folder });
    expect(await second.ended).toBe(1);
    expect(lines(second.output())).toEqual([
      expect.stringMatching(/^stampline: Another Stampline server uses the data in .*STAMPLINE_DATA/),
    ]);
    const made = await call(first.base, 'POST', '/api/v1/ticket/', { title: 'still here' });
    expect(made.status).toBe(201);
    expect((await call(first.base, 'GET', '/readyz')).status).toBe(200);
    expect(isAlive(postgresOf(folder) ?? 0)).toBe(true);
  },
  PROCESS_MS,
);

it(
  'a rejection that nobody waits for is logged, and the server goes on',
  async () => {
    const stray = `process.on('SIGUSR2', () => void Promise.reject(new Error('stray')))`;
    const server = startServer({
      STAMPLINE_DATA: newFolder(),
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(stray)}`,
    });
    await server.ready;
    server.kill('SIGUSR2');
    await eventually('it is in the log', () => server.output().includes('unhandled rejection'));
    expect(server.output()).toContain('stray');
    expect((await call(server.base, 'GET', '/readyz')).status).toBe(200);
  },
  PROCESS_MS,
);

/** Says at its end how many CommonJS modules it has loaded: the database's driver and the ORM have hundreds. */
const COUNTING = `import { Module } from 'node:module';
  process.on('exit', () => console.log('loaded ' + Object.keys(Module._cache).length));`;

it(
  "with a variable that can't be: one line that names it, exit 1, no password, and nothing of the server is loaded for it",
  async () => {
    const wrong: Record<string, string>[] = [
      { STAMPLINE_AUTH: 'always' },
      { DATABASE_URL: 'postgres://user:secret@host:port/name' },
    ];
    await Promise.all(
      wrong.map(async (env) => {
        const counting = `--import=data:text/javascript,${encodeURIComponent(COUNTING)}`;
        const server = startServer({ ...env, NODE_OPTIONS: counting });
        expect(await server.ended).toBe(1);
        const [says = '', loaded = '', ...more] = lines(server.output());
        expect([says, more]).toEqual([expect.stringMatching(`^stampline: ${Object.keys(env).join()}`), []]);
        expect(Number(/^loaded (\d+)$/.exec(loaded)?.[1])).toBeLessThan(100);
        expect(server.output()).not.toContain('secret');
      }),
    );
  },
  PROCESS_MS,
);
