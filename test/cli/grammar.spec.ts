// The first grammar: what each flag asks for without a verb, and which lines contradict themselves.
import { isFileIn, readAsked } from '../../src/cli/tickets/ticket-flags.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { type Ended, stamp } from './stamp.js';
import { aStampedTicket, type StampedTicket } from './stamped.js';

describe('read', () => {
  const noFile = (): boolean => false;
  test.each([
    ['stamp TKT-1 --update', 'TKT-1', { update: true }, { action: 'update', ticket: 'TKT-1', files: [] }],
    ['stamp --update TKT-1', undefined, { update: ['TKT-1'] }, { action: 'update', ticket: 'TKT-1', files: [] }],
    ['stamp --update 1', undefined, { update: ['1'] }, { action: 'update', ticket: '1', files: [] }],
    ['stamp -u a.js TKT-1', undefined, { update: ['a.js', 'TKT-1'] }, { ticket: 'TKT-1', files: ['a.js'] }],
    ['stamp TKT-1 -u TKT-2', 'TKT-1', { update: ['TKT-2'] }, { ticket: 'TKT-1', files: ['TKT-2'] }],
    ['stamp -t TKT-1 -u a.js', undefined, { ticket: 'TKT-1', update: ['a.js'] }, { ticket: 'TKT-1', files: ['a.js'] }],
    ['stamp TKT-1 -l -q -p', 'TKT-1', { list: true, qa: true, prod: true }, { action: 'list', stages: ['qa', 'prod'] }],
    ['stamp -q', undefined, { qa: true }, { action: 'list', stages: ['qa'] }],
    ['stamp TKT-1 -q', 'TKT-1', { qa: true }, { action: 'look', stages: ['qa'] }],
    ['stamp TKT-1 --promote --stage staging', 'TKT-1', { promote: true, stage: 'staging' }, { stages: ['staging'] }],
    ['stamp TKT-1 --qa --stage qa', 'TKT-1', { qa: true, stage: 'qa' }, { stages: ['qa'] }],
  ])('%s', (_line, argument, options, asked) => {
    expect(readAsked(argument, options, noFile)).toMatchObject(asked);
  });

  test('a file of that name is a file', () => {
    const isFile = (name: string): boolean => name === 'TKT-1';
    expect(readAsked(undefined, { update: ['TKT-1'] }, isFile)).toMatchObject({ ticket: undefined, files: ['TKT-1'] });
    expect([isFileIn(process.cwd())('package.json'), isFileIn(process.cwd())('TKT-1')]).toEqual([true, false]);
  });
});

describe('on a server', () => {
  let server: TestServer;
  let inDev: StampedTicket;
  let inQa: StampedTicket;
  let released: StampedTicket;
  beforeAll(async () => {
    server = await startTestServer();
    inDev = await aStampedTicket(server, { cart: 'export default 1;\n' });
    inQa = await aStampedTicket(server, { nav: 'export default 1;\n' });
    released = await aStampedTicket(server, { teas: 'export default 1;\n' });
    for (const { key } of [inQa, released, released])
      await server.http.post(`/api/v1/ticket/${key}/promote/`).expect(200);
  });
  afterAll(() => server.stop());

  const run = (line: string): Promise<Ended> => stamp(line, { url: server.base, cwd: server.dataFolder });

  test.each([
    ['TKT-1 --promote --revert', '--promote and --revert contradict each other: use one of them.'],
    ['TKT-1 --update --close', '--update and --close contradict each other: use one of them.'],
    ['TKT-1 --promote -q -p', "Name one stage, not 'qa' and 'prod'."],
    ['TKT-1 --close --qa', '--close takes no stage: leave --qa out.'],
    ['TKT-1 --cascade', '--cascade needs --revert.'],
    ['TKT-1 --close --dry-run', '--dry-run needs --promote or --revert.'],
    ['TKT-1 -f src', '--folder needs --update.'],
    ['TKT-1 --promote --timeout 5s', '--timeout needs --wait.'],
    ['TKT-1 --promote --wait --timeout soon', /^--timeout .*'soon'/],
    ['TKT-1 --revert --to-revision last', "--to-revision must be a number, not 'last'."],
    ['--promote', 'Which ticket? Give its key: TKT-1.'],
    ['--update', 'Which ticket? Give its key: TKT-1.'],
  ])('stamp %s is no command', async (line, says) => {
    const { code, stdout, stderr } = await run(line);
    expect([code, stdout]).toEqual([2, '']);
    if (typeof says === 'string') expect(stderr).toBe(`stamp: ${says}\n`);
    else expect(stderr.replace(/^stamp: /, '')).toMatch(says);
  });

  test('a ticket alone: where it is, the link, and what is next', async () => {
    await expect(run(inDev.key)).resolves.toEqual({
      code: 0,
      stderr: '',
      stdout: [
        `${inDev.key} Free shipping from 30 €`,
        'at\tdev, step 200, status 000',
        `link\t${server.base}/import-map.json?dev=${inDev.key}`,
        `story\t${server.base}/stream?ticket=${inDev.key}`,
        `next\tstamp ${inDev.key} --promote (to qa)`,
        '',
      ].join('\n'),
    });
    const number = inDev.key.replace('TKT-', '');
    expect((await run(`${number} --json=key,stage,promotable`)).stdout).toBe(
      `{"key":"${inDev.key}","stage":"dev","promotable":true}\n`,
    );
  });

  test('a ticket that is not there yet', async () => {
    const { code, stderr } = await run('TKT-99');
    expect([code, stderr]).toEqual([7, 'stamp: There is no ticket TKT-99 yet: stamp TKT-99 --update opens it.\n']);
  });

  test('with a stage: its link, and whether the ticket is there', async () => {
    expect((await run(`${inQa.key} --qa`)).stdout).toBe(
      `${inQa.key} is at qa\nlink\t${server.base}/import-map.json?qa=${inQa.key}\n`,
    );
    expect((await run(`${inQa.key} --dev`)).stdout).toContain(`${inQa.key} is not at dev: it is at qa, step 400`);
    expect(JSON.parse((await run(`-t ${inQa.key} --stage prod --json`)).stdout)).toEqual({
      key: inQa.key,
      stage: 'prod',
      there: false,
      at: 'qa',
      link: `${server.base}/import-map.json`,
    });
    const wrong = await run(`${inQa.key} --stage staging`);
    expect([wrong.code, wrong.stderr]).toEqual([
      7,
      "stamp: Unknown stage 'staging' in default. Known: dev, qa, prod.\n",
    ]);
  });

  test('the list: QA and production, or what was said', async () => {
    const map = `${server.base}/import-map.json`;
    const qa = `qa\t${inQa.key}\tFree shipping from 30 €\t${map}?qa=${inQa.key}`;
    const prod = `prod\trelease 1 (live)\t${released.key} promoted: revision 1\t${map}?release=1`;
    const base = `prod\trelease 0\tThe empty map\t${map}?release=0`;
    expect((await run('--list')).stdout).toBe(`${[qa, prod, base].join('\n')}\n`);
    expect((await run('-l --stage qa')).stdout).toBe(`${qa}\n`);
    expect((await run('--prod')).stdout).toBe(`${prod}\n${base}\n`);
    expect((await run('-l -d --json=entry')).stdout).toBe(`[{"entry":"${inDev.key}"}]\n`);
  });

  test('the list of a ticket: what it changes, also what it brought when it was released', async () => {
    expect((await run(`${inDev.key} --list`)).stdout).toMatch(/^cart\tadded\thttp:\/\/\S+\/cart\.js\n$/);
    expect((await run(`${released.key} -l`)).stdout).toMatch(/^teas\tadded\thttp:\/\/\S+\/teas\.js\n$/);
    expect(await run(`${inDev.key} -l --qa`)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
