// stamp show, list and history: what people see, what a pipe gets, what scripts take from --json.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { aTicket } from '../builders/ticket.builder.js';
import { untilNumbered } from '../builders/numbered.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { eventually } from '../process/server-process.js';
import { type Ended, STAMP, stamp, stampEnvironment } from './stamp.js';
import { onTerminal } from './on-terminal.js';

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d{1,2}m`, 'g');

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const run = (line: string | readonly string[]): Promise<Ended> => stamp(line, { url: server.base });
const told = async (line: string, columns = 100): Promise<string> =>
  stripVTControlCharacters((await onTerminal(line.split(' '), { url: server.base, columns })).screen);

/** A bundle whose curl failed; its key. */
async function failedBundle(): Promise<string> {
  const upload = (sourcepackage: string): object => ({
    sourcepackage,
    version: '1-1',
    assignee: 'bob@example.com',
    current_workflow_step: '200',
    artifacts: [{ name: `${sourcepackage}.dsc`, type: 'SPU', reference: `http://deb.example/${sourcepackage}.dsc` }],
  });
  const { body } = await server.http
    .post('/api/v1/bundle/')
    .send({
      owner: 'alice@example.com',
      title: 'OpenSSL and what it breaks',
      bug_id: '1085378',
      description: 'Out-of-bounds access.\nIn full.',
      links: [{ kind: 'bug', url: 'https://bugs.example/1' }],
      components: [{ kind: 'package', name: 'openssl' }],
      subtickets: [upload('openssl'), upload('curl')],
    })
    .expect(201);
  await server.http
    .patch(`/api/v1/updatesubticketstatus/${body.subtickets[1].id}/`)
    .send({
      ...{ current_workflow_step: '999', status: '999', reason: 'test 1560 failed', code: 'build.tests' },
      ...{ kind: 'product', log: 'http://builds.example/curl.log' },
    })
    .expect(202);
  return body.key as string;
}

describe('show', () => {
  let key: string;
  beforeAll(async () => {
    key = await failedBundle();
  });

  test('a failed ticket on a terminal: where, why, whose, its parts, and what to do', async () => {
    const page = await told(`show ${key}`);
    expect(page.split('\n').map((line) => line.trimEnd())).toEqual(
      expect.arrayContaining([
        `${key}  OpenSSL and what it breaks`,
        '  ✓ 100 ── ✗ 200 Package Building ── ○ 300 ── ○ 400 ── ○ 500 ── ○ 1000',
        '  failed    test 1560 failed',
        expect.stringMatching(/^ {12}build\.tests · product · subticket \d+, curl 1-1$/),
        '  log       http://builds.example/curl.log',
        '  owner     alice@example.com',
        '  bug       1085378',
        '  link      bug  https://bugs.example/1',
        '  touches   package openssl',
        '  about     Out-of-bounds access.',
        'SPU   openssl.dsc  http://deb.example/openssl.dsc',
        expect.stringMatching(/^\d+ +Failed +999 +curl 1-1 +bob@example\.com$/),
        expect.stringMatching(`^  stamp sub add ${key} curl <version> +a new upload takes its place$`),
        expect.stringMatching(`^  ${server.base}/stream\\?ticket=${key} +what happens to it, live$`),
      ]),
    );
  });

  test('a wide terminal names every step', async () => {
    expect(await told(`show ${key}`, 160)).toContain('○ 300 Image Building ── ○ 400 Image Testing');
  });

  test('piped: the same page without colour, its lists with tabs', async () => {
    const { code, stdout, stderr } = await run(`show ${key}`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stripVTControlCharacters(stdout)).toBe(stdout);
    expect(stdout).toMatch(/^\d+\t999\t999\tcurl 1-1\tbob@example\.com\t$/m);
  });

  test('--json has everything, or the fields that are asked for', async () => {
    const all = JSON.parse((await run(`show ${key} --json`)).stdout);
    expect(all).toMatchObject({ key, subtickets: [{}, {}], links: [{ kind: 'bug' }], why: { promotable: false } });
    const { stdout } = await run(`show ${key} --json=key,failure.code,stage`);
    expect(JSON.parse(stdout)).toEqual({ key, 'failure.code': 'build.tests', stage: null });
  });

  test.each([
    ['show TKT-999', 7, "stamp: There is no ticket 'TKT-999'."],
    ['show', 2, 'stamp: Which ticket?'],
    ['show what', 2, "stamp: 'what' is not a ticket"],
    ['show TKT-1 --timeout 3', 2, 'stamp: --timeout needs --wait.'],
  ])('%s ends with %i', async (line, code, words) => {
    expect(await run(line)).toEqual({ code, stdout: '', stderr: expect.stringContaining(words) });
  });

  test.each([
    [{ at: [100, 0] }, /stamp status \S+ 200 +on to Package Building/],
    [{ at: [500, 0] }, /stamp complete \S+ +it is done/],
    [{ at: [1000, 1000] }, /stamp close \S+ +it is complete/],
    [{ at: [999, 999] }, /stamp status \S+ 100 +tries Queued again/],
    [{ closed: true }, /stamp reopen \S+ +it is closed/],
  ] as const)('what stands next of one that is %j', async (given, words) => {
    const builder = aTicket(server);
    if ('at' in given) builder.at(given.at[0], given.at[1]);
    else builder.closed();
    const { key: other } = await builder;
    const { stdout } = await run(`show ${other}`);
    expect(stdout).toMatch(words);
    const command = /stamp (status \S+ \d+|complete \S+|close \S+|reopen \S+)/.exec(stdout)?.[1] ?? '';
    expect(await run(`${command} --yes`)).toMatchObject({ code: 0 });
  });
});

test("what somebody else's title says to the terminal is left out", async () => {
  const { key } = await aTicket(server).with({
    title: 'One\u001b]0;owned\u0007\u001b[2J\u009b2J\r\ntwo',
    owner: 'evil@example.com',
  });
  for (const line of [
    `show ${key}`,
    'list --owner evil@example.com',
    `history ${key}`,
    `status ${key} --wait closed --timeout 0`,
  ]) {
    const { screen } = await onTerminal(line.split(' '), { url: server.base });
    // Of our own there are colours, and a line that is cleared: what is waited for.
    expect(screen.replaceAll('\r\u001b[K', '').replaceAll(COLOUR, '')).not.toMatch(/[^\P{Cc}\n]/u);
  }
  expect((await run(`show ${key}`)).stdout.split('\n')[0]).toBe(`${key}  One]0;owned[2J2J two`);
});

describe('list', () => {
  const keysOf = ({ stdout }: Ended): string[] =>
    stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')[0] ?? '');
  let [first, second, done, failed, closed] = ['', '', '', '', ''];
  beforeAll(async () => {
    const mine = { owner: 'lister@example.com' };
    const keys = [
      await aTicket(server).with({ ...mine, title: 'First' }),
      await aTicket(server)
        .with({ ...mine, title: 'Second\twith a tab' })
        .at(300, 100),
      await aTicket(server).with(mine).at(1000, 1000),
      await aTicket(server).with(mine).at(999, 999),
      await aTicket(server).with(mine).closed(),
    ].map(({ key }) => key);
    [first = '', second = '', done = '', failed = '', closed = ''] = keys;
  });

  test('the open ones, newest first, with tabs', async () => {
    const { stdout } = await run('list --owner lister@example.com');
    expect(stdout).toBe(
      `${second}\t300\t100\t\tlister@example.com\tSecond with a tab\n${first}\t100\t000\t\tlister@example.com\tFirst\n`,
    );
  });

  test('all, one step, a stage, an order, a few', async () => {
    const mine = 'list --owner lister@example.com';
    expect(keysOf(await run(`${mine} --all`))).toEqual([closed, failed, done, second, first]);
    expect(keysOf(await run(`${mine} --step failed`))).toEqual([failed]);
    expect(keysOf(await run(`${mine} --step 1000`))).toEqual([done]);
    expect(keysOf(await run(`${mine} --step 100`))).toEqual([closed, first]);
    expect(keysOf(await run(`${mine} --open --step 100`))).toEqual([first]);
    expect(keysOf(await run(`${mine} --all --order id --limit 2`))).toEqual([first, second]);
    expect(keysOf(await run('list --stage qa'))).toEqual([]);
  });

  test('--limit 0 goes on over pages', async () => {
    await server.sql(
      `INSERT INTO ticket (project_id, key, normal_key, title, owner)
       SELECT 1, 'MANY-' || n, 'MANY-' || n, 'One of many', 'many@example.com' FROM generate_series(1, 1203) n`,
    );
    expect(new Set(keysOf(await run('list --owner many@example.com --limit 0'))).size).toBe(1203);
    expect(keysOf(await run('list --owner many@example.com'))).toHaveLength(50);
    expect(await told('list --owner many@example.com')).toMatch(/… and 1153 more: --limit 0 lists all\./);
  });

  test('a table on a terminal, and a word where there is nothing', async () => {
    const table = await told('list --owner lister@example.com');
    expect(table).toMatch(/^ticket +step +status +stage +owner +for +title/);
    expect(table).toMatch(new RegExp(`^${second} +300 Image Building +100 `, 'm'));
    expect(await told('list --owner nobody@example.com')).toBe('There are no such tickets.\n');
  });

  test('--json: a list with the fields', async () => {
    const { stdout } = await run('list --owner lister@example.com --json=key,status');
    expect(JSON.parse(stdout)).toEqual([
      { key: second, status: '100' },
      { key: first, status: '000' },
    ]);
  });

  test.each([
    ['list --open --all', 2],
    ['list --limit many', 2],
    ['list --step 201', 2],
    ['list --order nothing', 1],
  ])('%s ends with %i', async (line, code) => {
    expect(await run(line)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^stamp: .+\n$/) });
  });
});

describe('history', () => {
  test('oldest first; the newest few; the lines with local times on a terminal', async () => {
    const { key, uri } = await aTicket(server).with({ title: 'Told' }).at(200, 100).at(300);
    await untilNumbered(server);
    const { stdout } = await run(`history ${key}`);
    expect(stdout.split('\n').map((line) => line.split('\t').slice(1))).toEqual([
      ['info', 'local', `Ticket ${key} created: Told`],
      ['info', 'local', `${key} moved 100 → 200 (Package Building), status 100`],
      ['info', 'local', `${key} moved 200 → 300 (Image Building), status 000`],
      [],
    ]);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z\t/);
    const newest = await run(`history ${key} --limit 1 --json=line`);
    expect(JSON.parse(newest.stdout)).toEqual([{ line: expect.stringContaining('200 → 300') }]);
    await server.sql(`UPDATE event SET time = '2026-01-02T03:04:05Z' WHERE ticket_id = $1`, [uri.split('/').at(-2)]);
    const screen = await onTerminal(['history', key], { url: server.base, env: { TZ: 'Europe/Berlin' } });
    expect(stripVTControlCharacters(screen.screen)).toMatch(/^2026-01-02 04:04 {2}Ticket TKT-\d+ created: Told\n/);
  });

  test('of a ticket that there is not', async () => {
    expect(await run('history TKT-999')).toMatchObject({ code: 7, stdout: '' });
    expect(await run('history TKT-1 --limit x')).toMatchObject({ code: 2, stdout: '' });
  });
});

test('history --follow goes on with what happens, and ends with Ctrl-C', async () => {
  const { key, id } = await aTicket(server);
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-follow-'));
  const child = spawn(process.execPath, [STAMP, 'history', key, '--follow', '--json=line'], {
    env: stampEnvironment(server.base, home),
  });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await eventually('its beginning', () => /created/.test(told));
  await server.http.patch(`/api/v1/updateticketstatus/${id}/`).send({ current_workflow_step: '200' }).expect(202);
  await eventually('what happened', () => /100 → 200/.test(told));
  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.once('close', resolve));
  await fs.rm(home, { recursive: true, force: true });
  expect(code).toBe(130);
  const lines = told
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: string });
  expect(lines.map(({ line }) => line)).toEqual([
    expect.stringMatching(`^Ticket ${key} created`),
    expect.stringMatching(`^${key} moved 100 → 200`),
  ]);
});
