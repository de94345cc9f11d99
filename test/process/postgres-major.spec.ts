// promises.md, 11: data of an older Postgres is refused with the commands that bring it over, and nothing is touched; the
// commands, run as they stand, bring it over. With Debian's Postgres 15, where it is there.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { call, endAll, newFolder, PROCESS_MS, postgresOf, startServer } from './server-process.js';

const OLD = '/usr/lib/postgresql/15/bin';
const isThere = fs.existsSync(`${OLD}/postgres`);
if (!isThere) console.log(`The older Postgres is skipped: there is none in ${OLD} (apt-get install postgresql-15).`);

afterAll(endAll);

/** Every file below a folder with its size and time of change. */
function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = fs.statSync(path.join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    });
}

(isThere ? it : it.skip)(
  'the data of Postgres 15 is refused untouched, and the commands of the message bring all of it over',
  async () => {
    const data = path.join(newFolder(), 'the data');
    const old = startServer({ STAMPLINE_DATA: data, STAMPLINE_POSTGRES_BIN: OLD });
    await old.ready;
    const { body: ticket } = await call(old.base, 'POST', '/api/v1/ticket/', { title: 'made on 15' });
    old.kill('SIGTERM');
    expect(await old.ended).toBe(0);

    const before = filesIn(path.join(data, 'postgres'));
    const refused = startServer({ STAMPLINE_DATA: data });
    expect(await refused.ended).toBe(1);
    const message = refused.output().trim();
    expect(message).toMatch(
      /^stampline: .* created by Postgres 15, and this Stampline runs Postgres 18.*Nothing was changed/,
    );
    expect(message.split('\n')).toHaveLength(1);
    expect(filesIn(path.join(data, 'postgres'))).toEqual(before);
    expect(postgresOf(data)).toBeUndefined();

    const commands = message
      .replace(/^.*To move it over: /, '')
      .replaceAll('npx stampline', 'node scripts/stampline.mjs');
    await promisify(execFile)('sh', ['-c', commands]);
    expect(fs.readFileSync(path.join(data, 'postgres', 'PG_VERSION'), 'utf8')).toBe('18\n');
    expect(filesIn(path.join(`${data}-postgres15`, 'postgres')).length).toBeGreaterThan(900);
    const server = startServer({ STAMPLINE_DATA: data });
    await server.ready;
    expect((await call(server.base, 'GET', `/api/v1/ticket/${ticket.id}/`)).body).toMatchObject({
      title: 'made on 15',
    });
  },
  2 * PROCESS_MS,
);

it('a folder that holds no Postgres is named', async () => {
  const server = startServer({ STAMPLINE_DATA: newFolder(), STAMPLINE_POSTGRES_BIN: '/usr/bin' });
  expect(await server.ended).toBe(1);
  expect(server.output()).toMatch(/^stampline: STAMPLINE_POSTGRES_BIN=\/usr\/bin has no Postgres 15 or later/);
});
