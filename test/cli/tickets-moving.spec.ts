// stamp status, complete, fail, sub, artifact: tickets and their parts go through their steps, in free and in strict projects.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { aTicket, anUploadOf } from '../builders/ticket.builder.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { onTerminal } from './on-terminal.js';
import { type Ended, stamp } from './stamp.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { positionOf, ticketOf, subticketOf, setMode } = workflowCalls(() => server);
const run = (line: string | readonly string[]): Promise<Ended> => stamp(line, { url: server.base });
const refused = (code: number, words: string | RegExp): Ended => ({
  code,
  stdout: '',
  stderr: expect.stringMatching(typeof words === 'string' ? new RegExp(`^stamp: .*${words}.*\\n$`) : words),
});

describe('status', () => {
  test.each([
    [(key: string) => `status ${key} 300 100`, '300/100'],
    [(key: string) => `status 300 100 -t ${key}`, '300/100'],
    [(key: string) => `status 300 --ticket ${key}`, '300/000'],
    [(key: string) => `status ${key} image-testing 7`, '400/007'],
    [(key: string) => `status ${key} 1000`, '1000/1000'],
    [(key: string) => `status ${key} failed`, '999/999'],
    [(_: string, id: number) => `status ${id} 200 100`, '200/100'],
    [(_: string, id: number) => `status /api/v1/ticket/${id}/ 200`, '200/000'],
  ])('%s', async (line, position) => {
    const { key, id } = await aTicket(server);
    const { code, stdout } = await run(line(key, id));
    const [step = '', status = ''] = position.split('/');
    expect([code, stdout]).toEqual([0, expect.stringMatching(`^${key}\t${step}\t${status}\t[A-Z][A-Za-z ]+\n$`)]);
    expect(await positionOf(id)).toBe(position);
  });

  test('without a step it shows, and changes nothing', async () => {
    const { key, id } = await aTicket(server).at(200, 100);
    const { version } = await ticketOf(id);
    expect(await run(`status ${key}`)).toEqual({ code: 0, stdout: `${key}\t200\t100\tPackage Building\n`, stderr: '' });
    expect(await run(`status -t ${key} --json=status,current_workflow_step`)).toMatchObject({
      stdout: '{"status":"100","current_workflow_step":"200"}\n',
    });
    expect((await ticketOf(id)).version).toBe(version);
    const { screen } = await onTerminal(['status', key], { url: server.base });
    expect(stripVTControlCharacters(screen)).toBe(`${key} is at 200 Package Building, status 100\n`);
  });

  test.each([
    ['status', 2, 'Which ticket'],
    ['status 300', 2, 'Which ticket. stamp status TKT-1 300'],
    ['status 300 000', 2, 'Which ticket'],
    ['status TKT-1 201', 2, 'is not a step'],
    ['status TKT-1 200 1001', 2, 'is not a status'],
    ['status a b c', 2, 'is not a ticket'],
    ['status TKT-999 300', 7, 'There is no ticket'],
    ['status TKT-1 200 100 -t TKT-2', 2, 'Two tickets are named'],
  ])('%s ends with %i', async (line, code, words) => {
    expect(await run(line)).toEqual(refused(code, words));
  });

  test('a closed ticket is refused', async () => {
    const { key } = await aTicket(server).closed();
    expect(await run(`status ${key} 300`)).toEqual(refused(3, 'is closed'));
  });
});

describe('in a strict project', () => {
  beforeAll(() => setMode('strict'));
  afterAll(() => setMode('free'));

  test('a step that is jumped is refused, and the next one is said', async () => {
    const { key, id } = await aTicket(server);
    expect(await run(`status ${key} 300`)).toEqual(refused(3, 'the next is 200'));
    expect(await positionOf(id)).toBe('100/000');
  });

  test('complete goes through the steps that are left', async () => {
    const { key, id } = await aTicket(server).at(200);
    expect(await run(`complete ${key} --dry-run`)).toMatchObject({ code: 0, stdout: '300\n400\n500\n1000\n' });
    expect(await positionOf(id)).toBe('200/000');
    expect(await run(`complete ${key}`)).toEqual({ code: 0, stdout: `${key}\t1000\t1000\tComplete\n`, stderr: '' });
    const { version } = await ticketOf(id);
    expect(await run(`complete ${key}`)).toMatchObject({ code: 0, stdout: `${key}\t1000\t1000\tComplete\n` });
    expect((await ticketOf(id)).version).toBe(version);
  });

  test('complete is refused while a subticket is not', async () => {
    const ticket = await aTicket(server).withSubticket('zsh', 200, 10);
    expect(await run(`complete ${ticket.key}`)).toEqual(refused(3, `subtickets are open: ${ticket.subtickets[0]?.id}`));
  });
});

describe('fail', () => {
  test('says why, for people and for tools, and remembers the step', async () => {
    const { key, id } = await aTicket(server).at(300, 100);
    const line = ['fail', key, '--reason', 'It does not boot', '--kind', 'infra', '--code', 'boot.panic'];
    const { code, stdout } = await run([...line, '--log', 'http://ci.example/7.log']);
    expect([code, stdout]).toEqual([0, `${key}\t999\t999\tFailed\n`]);
    expect(await ticketOf(id)).toMatchObject({
      failed_at_step: '300',
      failure: { summary: 'It does not boot', kind: 'infra', code: 'boot.panic', log: 'http://ci.example/7.log' },
    });
    const { screen } = await onTerminal(['status', key], { url: server.base });
    expect(stripVTControlCharacters(screen)).toBe(`${key} is at 999 Failed, status 999: It does not boot\n`);
    expect(await run(`complete ${key}`)).toEqual(refused(5, `${key} has failed`));
    expect(await run(`status ${key} 300`)).toMatchObject({ code: 0 });
    expect(await ticketOf(id)).toMatchObject({ failure: null });
  });

  test('--step stays there; --sub names the culprit', async () => {
    const { key, id, subtickets } = await aTicket(server).withSubticket('make').at(300);
    await run(['fail', key, '--reason', 'No', '--step', 'image-building', '--sub', String(subtickets[0]?.id)]);
    expect(await positionOf(id)).toBe('300/999');
    expect((await ticketOf(id)).failure).toMatchObject({ step: '300', subticket: subtickets[0]?.id });
  });

  test.each([
    ['fail TKT-1', 2, 'Give a reason in one line'],
    ['fail TKT-1 --reason x --kind bad', 2, 'is not a kind of failure'],
    ['fail TKT-999 --reason x', 7, 'There is no ticket'],
    ['fail TKT-1 --reason x --log nowhere', 1, 'log: Enter a valid'],
  ])('%s ends with %i', async (line, code, words) => {
    expect(await run(line)).toEqual(refused(code, words));
  });
});

describe('sub', () => {
  test('a new upload: the package and the upload are made once, the older subticket is superseded', async () => {
    const { key, id } = await aTicket(server);
    const first = await run(`sub add ${key} libfoo 1-1 --assignee bob@example.com`);
    expect(first).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\n$/), stderr: '' });
    const again = await run(`sub add -t ${key} libfoo 1-1`);
    const { body: uploads } = await server.http.get('/api/v1/spu/?sourcepackage__name=libfoo');
    expect(uploads.objects).toHaveLength(1);
    const older = Number(first.stdout);
    expect(await subticketOf(older)).toMatchObject({
      assignee: 'bob@example.com',
      superseded_by: `/api/v1/subticket/${again.stdout.trim()}/`,
    });
    await run(`sub add ${id} libfoo 1-2`);
    const live = (await run(`sub list ${key}`)).stdout;
    expect(live).toMatch(/^\d+\t100\t000\tlibfoo 1-2\t\t\n$/);
    const all = (await run(`sub list ${key} --all`)).stdout;
    expect(all.match(/\tsuperseded$/gm)).toHaveLength(2);
  });

  test('a subticket by its id or its package; its ticket follows', async () => {
    const ticket = await aTicket(server).withSubticket('bash').withSubticket('zsh');
    const [bash, zsh] = ticket.subtickets.map(({ id }) => id);
    expect(await run(`sub status ${bash} 200 100`)).toMatchObject({ stdout: `${bash}\t200\t100\tPackage Building\n` });
    expect(await positionOf(ticket.id)).toBe('200/000');
    await run(`sub status bash 200 1000 -t ${ticket.key}`);
    const failed = await run(['sub', 'fail', 'zsh', '-t', ticket.key, '--reason', 'No compiler', '--kind', 'infra']);
    expect(failed).toMatchObject({ code: 0, stdout: `${zsh}\t999\t999\tFailed\n` });
    expect(await ticketOf(ticket.id)).toMatchObject({
      current_workflow_step: '999',
      failure: { cause: 'roll_up', summary: 'No compiler', kind: 'infra', subticket: zsh },
    });
    const { stdout } = await run(`sub status zsh -t ${ticket.key} --json=status,failure.summary`);
    expect(JSON.parse(stdout)).toEqual({ status: '999', 'failure.summary': 'No compiler' });
    // The live one is meant, once there is a newer upload.
    const newer = await anUploadOf(server, ticket, 'zsh', {});
    await run(`sub status zsh 200 1000 -t ${ticket.key}`);
    expect(await subticketOf(newer.id)).toMatchObject({ status: '1000' });
    expect(await positionOf(ticket.id)).toBe('200/1000');
  });

  test.each([
    ['sub add TKT-1 curl', 2, 'Name the upload'],
    ['sub add TKT-999 curl 1-1', 7, 'There is no ticket'],
    ['sub status', 2, 'missing|Missing'],
    ['sub status curl', 2, 'is not the id of a subticket'],
    ['sub status curl -t TKT-1', 7, 'has no subticket for curl'],
    ['sub status 99999 200', 7, 'There is no subticket'],
    ['sub fail 99999', 2, 'Give a reason in one line'],
    ['sub', 2, 'add, list, status, fail, artifact, upload'],
  ])('%s ends with %i', async (line, code, words) => {
    expect(await run(line)).toEqual(refused(code, words));
  });
});

describe('artifact', () => {
  test("a ticket's and a subticket's, and the list of both", async () => {
    const ticket = await aTicket(server).withSubticket('grep');
    const [grep] = ticket.subtickets;
    const image = await run(`artifact add ${ticket.key} shop.img http://images.example/shop.img --type image`);
    expect(image).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\n$/), stderr: '' });
    await run(`artifact add log http://ci.example/1 --type LOGS -t ${ticket.key}`);
    await run(`artifact add a.dsc http://deb.example/a.dsc --type SPU --sub ${grep?.id}`);
    await run(`artifact add ${ticket.key} b.dsc http://deb.example/b.dsc --type SPU --sub grep`);
    await run(`sub artifact grep c.xml http://ci.example/c.xml --type RESULTS -t ${ticket.key}`);
    expect((await run(`artifact list ${ticket.key}`)).stdout).toBe(
      [
        'IMAGE\tshop.img\thttp://images.example/shop.img\t',
        'LOGS\tlog\thttp://ci.example/1\t',
        `SPU\ta.dsc\thttp://deb.example/a.dsc\t${grep?.id}`,
        `SPU\tb.dsc\thttp://deb.example/b.dsc\t${grep?.id}`,
        `RESULTS\tc.xml\thttp://ci.example/c.xml\t${grep?.id}`,
        '',
      ].join('\n'),
    );
    const { stdout } = await run(`artifact list ${ticket.key} --type SPU --json=name`);
    expect(JSON.parse(stdout)).toEqual([{ name: 'a.dsc' }, { name: 'b.dsc' }]);
  });

  test.each([
    ['artifact add TKT-1 x http://x.example/', 2, 'Give a type'],
    ['artifact add TKT-1 x', 2, 'Give a name and a URL'],
    [
      'artifact add TKT-1 x http://x.example/ --type SPU',
      2,
      'is not a type of artifact here. Known: RESULTS, LOGS, IMAGE',
    ],
    ['artifact add TKT-1 x nowhere --type IMAGE', 1, 'reference: Enter a valid http or https URL'],
    ['artifact add TKT-999 x http://x.example/ --type IMAGE', 7, 'There is no ticket'],
    ['artifact add x http://x.example/ --type SPU --sub 99999', 1, 'Could not find'],
  ])('%s ends with %i', async (line, code, words) => {
    expect(await run(line)).toEqual(refused(code, words));
  });
});

describe('sub upload', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-upload-'));
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  test('files of an upload, checked against its .dsc; what is missing is said', async () => {
    const ticket = await aTicket(server).withSubticket('sed');
    const content = Buffer.from([0, 255, 13, 10, 128]);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const dsc = `Format: 3.0 (quilt)\nSource: sed\nChecksums-Sha256:\n ${sha256} ${content.length} sed.tar.xz\n`;
    await fs.writeFile(path.join(folder, 'sed.dsc'), dsc);
    await fs.writeFile(path.join(folder, 'sed.tar.xz'), content);
    const upload = (...args: string[]): Promise<Ended> =>
      stamp(['sub', 'upload', ...args], { url: server.base, cwd: folder });
    expect(await upload('sed', 'sed.dsc', '-t', ticket.key)).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^sed\.dsc\t\d+\t[0-9a-f]{64}\thttp:\/\/[\d.:]+\/api\/v1\/spu\/\d+\/files\/sed\.dsc\n$/,
      ),
      stderr: 'warning: still missing: sed.tar.xz\n',
    });
    const id = String(ticket.subtickets[0]?.id);
    const { code, stdout, stderr } = await upload(id, 'sed.dsc', 'sed.tar.xz', '--json=objects');
    expect([code, stderr]).toEqual([0, '']);
    const { objects } = JSON.parse(stdout) as { objects: { name: string; sha256: string; resource_uri: string }[] };
    const tarball = objects.find(({ name }) => name === 'sed.tar.xz');
    expect(tarball).toMatchObject({ sha256 });
    const back = await fetch(`${server.base}${tarball?.resource_uri}`);
    expect(Buffer.from(await back.arrayBuffer())).toEqual(content);
    await fs.writeFile(path.join(folder, 'sed.tar.xz'), 'another');
    expect(await upload(id, 'sed.tar.xz')).toMatchObject({ code: 6, stdout: '' });
    expect(await upload(id, 'nowhere.dsc')).toEqual(refused(2, 'There is no nowhere.dsc'));
    expect(await upload(id)).toMatchObject({ code: 2 });
  });
});
