// What survives a SIGKILL, of Postgres and of the server above it: with the real Postgres programs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { isPostmasterOf } from './process-facts.js';
import { ask, eventually, postmasterPid, Scratch } from './scratch.js';

let scratch = new Scratch();
afterEach(async () => {
  await scratch.clear();
  scratch = new Scratch();
});

/** `npm test` builds first; a child needs JavaScript. */
const built = new URL(
  `file://${fileURLToPath(new URL('../../../../', import.meta.url))}dist/src/platform/database/embedded/embedded-postgres.js`,
);

/** A server that starts the database and then never gets to end it: killed with SIGKILL. */
async function startAndKillServer(data: string): Promise<void> {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(built.href)});
    await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(data)} });
    console.log('up');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('a killed postmaster', () => {
  it('is started again within 3 s, with every committed row, also when killed twice and with a busy backend', async () => {
    const server = await scratch.start(path.join(await scratch.folder(), 'data'));
    await ask(server, 'CREATE TABLE kept (n int)');
    for (const n of [1, 2]) {
      await ask(server, `INSERT INTO kept VALUES (${n})`);
      // Computes without ever waiting, so it doesn't notice that its postmaster is gone.
      const busy = ask(server, `SELECT count(*) FROM generate_series(1, 1000000000)`).catch((error: Error) => error);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const pid = await postmasterPid(server);
      process.kill(pid, 'SIGKILL');
      const gap = await eventually(3000, () => ask(server, 'SELECT 1'));
      expect(gap).toBeLessThan(3000);
      expect(await postmasterPid(server)).not.toBe(pid);
      expect(await busy).toBeInstanceOf(Error);
    }
    expect(await ask(server, 'SELECT n FROM kept ORDER BY n')).toEqual([1, 2]);
  });

  it('stays down after stop(), also when stop() comes right after the kill', async () => {
    const server = await scratch.start(path.join(await scratch.folder(), 'data'));
    process.kill(await postmasterPid(server), 'SIGKILL');
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, 700));
    const pid = await postmasterPid(server);
    expect(pid > 0 && isPostmasterOf(pid, server.dataDirectory)).toBe(false);
  });
});

describe('what a killed server leaves', () => {
  it('is adopted, watched and stopped like its own', async () => {
    const data = path.join(await scratch.folder(), 'data');
    await startAndKillServer(data);
    const server = await scratch.start(data);
    expect(server.adopted).toBe(true);
    const pid = await postmasterPid(server);
    process.kill(pid, 'SIGKILL');
    await eventually(3000, () => ask(server, 'SELECT 1'));
    expect(await postmasterPid(server)).not.toBe(pid);
    await server.stop();
    await expect(ask(server, 'SELECT 1')).rejects.toThrow();
  });

  it('may be an adopted postmaster that only has to be stopped', async () => {
    const data = path.join(await scratch.folder(), 'data');
    await startAndKillServer(data);
    const server = await scratch.start(data);
    await server.stop();
    expect(await postmasterPid(server)).toBe(0);
  });

  it('may be a pid file and a socket lock that name a stranger', async () => {
    const data = path.join(await scratch.folder(), 'data');
    const first = await scratch.start(data);
    const { host, port } = first.connection;
    const { uid, gid } = await fs.stat(first.dataDirectory);
    await ask(first, 'CREATE TABLE kept AS SELECT 1 AS n');
    await first.stop();
    // A stranger of the same user, which Postgres would take for a postmaster.
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
    for (const file of [path.join(first.dataDirectory, 'postmaster.pid'), path.join(host, `.s.PGSQL.${port}.lock`)]) {
      await fs.writeFile(file, `${stranger.pid}\n${first.dataDirectory}\n1\n${port}\n${host}\n\n1 1\nready   \n`);
    }
    const second = await scratch.start(data);
    expect(second.adopted).toBe(false);
    expect(await ask(second, 'SELECT n FROM kept')).toEqual([1]);
    expect(stranger.signalCode).toBe(null);
    stranger.kill();
  });
});
