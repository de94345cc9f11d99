// The stages as somebody goes through them: the documented workflow, what refuses, and what can be undone.
import fs from 'node:fs';
import path from 'node:path';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { eventually } from '../process/server-process.js';
import { type Ended, stamp, STAMP, stampEnvironment } from './stamp.js';
import { aStampedTicket } from './stamped.js';
import { Terminal } from './terminal.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

const run = (line: string | readonly string[]): Promise<Ended> =>
  stamp(line, { url: server.base, cwd: server.dataFolder });
const lines = async (line: string | readonly string[], code = 0): Promise<string[]> => {
  const ended = await run(line);
  expect([ended.code, code === 0 ? ended.stderr : '']).toEqual([code, '']);
  return ended.stdout.split('\n').slice(0, -1);
};
const shown = async (query = ''): Promise<Record<string, string>> => {
  const { body } = await server.http.get(`/import-map.json${query}`);
  return (body as { imports: Record<string, string> }).imports;
};

test('the documented workflow: update, QA, production, revert, close', async () => {
  const page = path.join(server.dataFolder, 'app');
  fs.mkdirSync(path.join(page, 'src'), { recursive: true });
  fs.writeFileSync(path.join(page, 'src', 'cart.js'), 'export default 1;\n');
  fs.writeFileSync(path.join(page, '.stamprc.json'), '{"page": "http://localhost:8080/shop"}');
  const here = (line: string): Promise<Ended> => stamp(line, { url: server.base, cwd: page });

  await expect(here('--update TKT-001 --once --yes')).resolves.toMatchObject({ code: 0, stderr: '' });
  const [cart = ''] = Object.keys(await shown('?dev=TKT-001'));
  expect([cart, await shown()]).toEqual([expect.stringContaining('cart.js'), {}]);

  expect((await here('TKT-001 --promote')).stdout).toBe(
    `TKT-001 promoted dev → qa\nchanges\t${cart} added\nlink\thttp://localhost:8080/shop?qa=TKT-001\nnext\tstamp TKT-001 --promote (to prod)\n`,
  );
  expect((await here('TKT-001 --promote --yes')).stdout).toBe(
    `TKT-001 promoted qa → prod: release 1\nchanges\t${cart} added\nlink\thttp://localhost:8080/shop\n` +
      'next\tstamp TKT-001 --revert reverts it; stamp TKT-001 --close closes it\n',
  );
  expect(Object.keys(await shown())).toEqual([cart]);
  expect((await here('TKT-001 --revert --yes')).stdout).toBe(
    `TKT-001 reverted prod → qa: release 2 is prod without it\nchanges\t${cart} removed\n` +
      'link\thttp://localhost:8080/shop?qa=TKT-001\nnext\tstamp unhold TKT-001 before you promote it again: it is held\n',
  );
  expect(await shown()).toEqual({});
  expect((await here('TKT-001 --revert')).stdout).toContain('TKT-001 reverted qa → dev\n');
  expect(await here('TKT-001 --close')).toEqual({
    code: 0,
    stderr: '',
    stdout: 'TKT-001 closed\nstage\tdev, where its preview ended\nnext\tstamp reopen TKT-001 begins again\n',
  });
  expect((await here('TKT-001 --promote')).stderr).toBe(
    'stamp: TKT-001 is closed. Reopen it first: stamp reopen TKT-001\n',
  );
  expect((await here('reopen TKT-001')).stdout).toContain('TKT-001 is open\nstage\tdev\n');
});

test('a stage that is said has to be the next one; where the ticket is there, that is fine', async () => {
  const { key } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  const early = await run(`${key} --promote --prod`);
  expect([early.code, early.stderr]).toEqual([
    3,
    `stamp: ${key} is at dev, from where it goes to qa, not to prod: stamp ${key} --promote\n`,
  ]);
  await lines(`${key} --promote --qa`);
  expect(await lines(`promote ${key} --stage qa`)).toEqual([`${key} is already at qa.`]);
  const back = await run(`${key} --revert --prod`);
  expect([back.code, back.stderr]).toEqual([3, expect.stringContaining('from where it goes back to dev, not to prod')]);
  await lines(`${key} --revert --dev`);
  expect(await lines(`${key} --revert --dev`)).toEqual([`${key} is already at dev.`]);
  const first = await run(`${key} --revert`);
  expect([first.code, first.stderr]).toEqual([3, expect.stringContaining(`stamp revert ${key} --to-revision 1`)]);
});

test('what changes production asks for --yes where no terminal is, with the line to run', async () => {
  const { key, stage } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  await lines(`promote ${key}`);
  const refusals: [line: string[], again: string][] = [
    [['promote', key], `stamp promote ${key} --yes`],
    [[key, '--promote', '--wait', '--timeout', '1s'], `stamp ${key} --promote --wait --timeout 1s --yes`],
    [['promote', key, '--json=key'], `stamp promote ${key} --json=key --yes`],
  ];
  const refuses = async ([line, again]: (typeof refusals)[number]): Promise<void> => {
    const { code, stdout, stderr } = await run(line);
    expect({ line, code, stdout }).toEqual({ line, code: 2, stdout: '' });
    expect(stderr).toContain(
      `This changes prod for all users, and there is no terminal to ask for confirmation. To confirm: ${again}`,
    );
  };
  for (const one of refusals) await refuses(one);
  expect([await stage(), await shown()]).toEqual(['qa', {}]);
  await lines(`promote ${key} --yes`);
  await refuses([[key, '--revert', '--reason', "It's wrong"], `stamp ${key} --revert --reason 'It'\\''s wrong' --yes`]);
  await refuses([['rollback', '0', '--force'], 'stamp rollback 0 --force --yes']);
  expect([await stage(), Object.keys(await shown())]).toEqual(['prod', ['cart']]);
});

test('what follows on a rehearsal is the same line in earnest', async () => {
  const { key } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  const forced = ['--force', 'imports', '--reason', 'Not yet', '--dry-run'];
  expect((await lines(['promote', key, ...forced])).find((one) => one.startsWith('next\t'))).toBe(
    `next\tstamp promote ${key} --force imports --reason 'Not yet'`,
  );
  await lines(`promote ${key}`);
  await lines(`promote ${key} --yes`);
  const next = async (line: string[]): Promise<string | undefined> =>
    (await lines(line)).find((one) => one.startsWith('next\t'))?.slice('next\t'.length);
  expect(await next(['revert', key, '--cascade', '--reason', 'Too dear', '--dry-run'])).toBe(
    `stamp ${key} --revert --cascade --reason 'Too dear'`,
  );
  expect(await next(['revert', key, '--force', '--dry-run'])).toBe(`stamp ${key} --revert --force`);
  expect(await next(['rollback', '0', '--force', '--reason', 'Down', '--dry-run'])).toBe(
    'stamp rollback 0 --force --reason Down',
  );
  expect(await lines('rollback 1 --dry-run')).toEqual(['prod already equals release 1.']);
});

test('a module that another open ticket changes is refused by the policy, where the project blocks that', async () => {
  await lines('project set overlap=block');
  const { key } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  const { key: other } = await aStampedTicket(server, { nav: 'export default 1;\n' });
  fs.mkdirSync(path.join(server.dataFolder, 'src'));
  fs.writeFileSync(path.join(server.dataFolder, 'src', 'menu.js'), 'export default 1;\n');
  await lines(`update ${key} --once`);
  const refused = await run(`update ${other} --once`);
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining(`wait until ${key} is released`)]);
});

test('--dry-run says what it would come to, and changes nothing', async () => {
  const { key, stage } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  expect(await lines(`promote ${key} --dry-run`)).toContain(`${key} would go dev → qa; nothing was changed`);
  await lines(`promote ${key}`);
  expect(await lines(`promote ${key} --dry-run`)).toContain(
    `${key} would go qa → prod as release 1; nothing was changed`,
  );
  await lines(`promote ${key} --yes`);
  expect(await lines(`revert ${key} --dry-run`)).toContain(
    `${key} would go prod → qa and release 2 be prod without it; nothing was changed`,
  );
  expect(await lines('rollback 0 --dry-run')).toContain(`tickets\t${key} would go back a stage`);
  expect([await stage(), Object.keys(await shown())]).toEqual(['prod', ['cart']]);
});

test('a conflict: each verdict with what helps; rebase settles it', async () => {
  const [mine, theirs] = [
    await aStampedTicket(server, { cart: 'export default 1;\n', nav: 'export default 1;\n' }),
    await aStampedTicket(server, { cart: 'export default 2;\n', nav: 'export default 2;\n' }),
  ];
  await lines(`promote ${theirs.key}`);
  await lines(`promote ${theirs.key} --yes`);
  const ended = await run(`promote ${mine.key}`);
  expect(ended.code).toBe(3);
  expect(ended.stdout.split('\n')[0]).toBe(
    `blocked\tconflicts\tconflicts.stale\tcart and nav were released by ${theirs.key} since ${mine.key} changed them.\tstamp rebase ${mine.key} --mine`,
  );
  expect(ended.stderr).toBe(
    `stamp: ${mine.key} stays at dev. Next: stamp rebase ${mine.key} --mine or stamp rebase ${mine.key} --theirs\n`,
  );
  expect((await lines(`diff ${mine.key}`))[0]).toMatch(new RegExp(`^cart\tchanged\tovertaken by ${theirs.key}\thttp`));
  expect((await run(`rebase ${mine.key}`)).code).toBe(2);
  expect((await run(`rebase ${mine.key} cart=ours`)).stderr).toBe(
    "stamp: 'cart=ours' is not a choice: use cart=mine or cart=theirs.\n",
  );
  await lines(`rebase ${mine.key} nav=theirs --mine`);
  expect(await lines(`rebase -t ${mine.key} --mine`)).toEqual([`${mine.key} has no conflicts.`]);
  expect((await lines(`why ${mine.key}`))[0]).toBe(`${mine.key} can go from dev to qa: stamp ${mine.key} --promote`);
  expect((await lines(`diff ${mine.key}`)).map((line) => line.split('\t')[0])).toEqual(['cart']);
});

test('holds and locks: who, why, until when, and the command that lifts them', async () => {
  const { key, stage } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  expect((await run(`hold ${key}`)).stderr).toBe('stamp: Give a reason for people who find the hold: --reason "…"\n');
  await lines(['hold', key, '--reason', 'Waits for the notes', '--until', '2h']);
  const waits = await run(`why ${key}`);
  expect([waits.code, waits.stdout]).toEqual([
    8,
    expect.stringContaining(`waiting\thold\tticket.held\t${key} is held by`),
  ]);
  const pending = await run(`promote ${key} --wait --timeout 1s`);
  expect([pending.code, pending.stderr]).toEqual([8, expect.stringContaining(`${key} still waits: ${key} is held by`)]);
  const waiting = run(`promote ${key} --wait`);
  await lines(`unhold ${key}`);
  expect((await waiting).code).toBe(0);
  await lines(['lock', 'prod', '--reason', 'Christmas']);
  const locked = await run(`${key} --promote --yes`);
  expect([locked.code, locked.stderr]).toEqual([3, `stamp: ${key} stays at qa. Next: stamp unlock prod\n`]);
  expect((await run(`why ${key}`)).code).toBe(3);
  expect(await lines('unlock prod')).toEqual(['prod of default was not locked.']);
  expect((await run('unlock nowhere')).code).toBe(7);
  await lines(`${key} --promote --yes`);
  expect(await stage()).toBe('prod');
  expect((await run(`why ${key}`)).code).toBe(3);
});

test('a revert that others depend on, and a rollback', async () => {
  const [first, second] = [
    await aStampedTicket(server, { cart: 'export default 1;\n' }),
    await aStampedTicket(server, { shop: "import 'cart';\n" }),
  ];
  for (const { key } of [first, first, second, second]) await lines(`promote ${key} --yes`);
  const refused = await run(`${first.key} --revert --yes`);
  expect([refused.code, refused.stderr]).toEqual([
    3,
    expect.stringMatching(/it too: stamp TKT-1 --revert --cascade; or .*: stamp TKT-1 --revert --force$/m),
  ]);
  await lines(['revert', first.key, '--cascade', '--reason', 'The total is wrong', '--yes']);
  expect([await first.stage(), await second.stage(), await shown()]).toEqual(['qa', 'qa', {}]);
  expect((await lines('releases')).map((line) => line.split('\t')[0])).toEqual(['3 (live)', '2', '1', '0']);
  const lost = await run('rollback 2 --yes');
  expect([lost.code, lost.stderr]).toEqual([3, expect.stringMatching(/: stamp rollback 2 --force$/m)]);
  expect(await lines('rollback 2 --force --yes')).toContain(`back\t${first.key}, ${second.key}`);
  expect(Object.keys(await shown())).toEqual(['cart', 'shop']);
  expect(await lines('rollback 4 --yes')).toEqual(['prod already equals release 4.']);
  expect((await run('rollback 99 --yes')).code).toBe(7);
  expect((await run('rollback last')).code).toBe(2);
});

test('several at once bring a ticket to the stage that they said, and no further', async () => {
  const { key, stage } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  const all = await Promise.all([1, 2, 3].map(() => run(`promote ${key} --stage qa`)));
  const moved = all.filter(({ stdout }) => stdout.startsWith(`${key} promoted dev → qa`));
  for (const { code, stdout, stderr } of all.filter((ended) => !moved.includes(ended)))
    expect(code === 0 ? stdout : [code, stderr]).toEqual(
      code === 0 ? `${key} is already at qa.\n` : [6, expect.stringContaining(`${key} was moved since you read it`)],
    );
  expect([moved.length, await stage()]).toEqual([1, 'qa']);
});

test('what changes production is confirmed on a terminal', async () => {
  const { key, stage } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  await lines(`promote ${key}`);
  const env = stampEnvironment(server.base, server.dataFolder);
  const asked = async (args: readonly string[], answer: string): Promise<{ code: number | null; seen: string }> => {
    const terminal = Terminal.run([process.execPath, STAMP, ...args], { cwd: server.dataFolder, env });
    await terminal.until('[y/N]');
    terminal.type(answer);
    return { code: await terminal.ended, seen: terminal.seen };
  };
  for (const no of ['\r', 'n\r', '\u0004']) {
    const ended = await asked([key, '--promote'], no);
    expect([ended.code, await stage()]).toEqual([1, 'qa']);
    expect(ended.seen).toContain(`Promote ${key} (Free shipping from 30 €) to prod, for all users? [y/N]`);
    expect(ended.seen).toContain('Not confirmed: nothing was changed.');
  }
  expect((await asked([key, '--promote'], 'y\r')).code).toBe(0);
  expect((await asked(['rollback', '0'], 'n\r')).code).toBe(1);
  expect((await asked([key, '--revert'], 'yes\r')).code).toBe(0);
  await eventually('it is back', async () => (await stage()) === 'qa');
});

test("links lead to the project's page, and the command's own setting goes over it", async () => {
  const settings = { page: 'https://qa.example/app/' };
  const project = (await server.http.post('/api/v1/project/').send({ name: 'paged', settings }).expect(201)).body as {
    resource_uri: string;
  };
  const ticket = (await server.http.post('/api/v1/ticket/').send({ title: 'x', project: project.resource_uri }))
    .body as {
    key: string;
    resource_uri: string;
  };
  const modules = { modules: [{ specifier: 'paged', url: 'https://cdn.example/paged.js' }] };
  await server.http.post(`${ticket.resource_uri}modules/`).send(modules).expect(201);
  const own = path.join(server.dataFolder, 'paged');
  fs.mkdirSync(own, { recursive: true });
  fs.writeFileSync(path.join(own, '.stamprc.json'), '{"page": "http://localhost:3000/"}');
  const here = (line: string, cwd = server.dataFolder) => stamp(`${line} --project paged`, { url: server.base, cwd });
  expect((await here(`open ${ticket.key} --print`)).stdout).toBe(`https://qa.example/app/?dev=${ticket.key}\n`);
  expect((await here(`show ${ticket.key}`)).stdout).toContain(`https://qa.example/app/?dev=${ticket.key}`);
  expect((await here(`open ${ticket.key} --print`, own)).stdout).toBe(`http://localhost:3000/?dev=${ticket.key}\n`);
});

test('the snippet, printed and written into a page', async () => {
  const page = path.join(server.dataFolder, 'index.html');
  const before =
    '<!doctype html>\r\n<html>\r\n  <head lang="en">\r\n    <title>Shop</title>\r\n  </head>\r\n</html>\r\n';
  fs.writeFileSync(page, before);
  const [script, fallback] = await lines('snippet');
  expect([script, fallback]).toEqual([
    `<script src="${server.base}/stamp.js"></script>`,
    '<script type="importmap" data-stamp-fallback>{"imports":{}}</script>',
  ]);
  expect(await lines('snippet --write index.html')).toEqual(['index.html was updated.']);
  const put = ['<!-- stampline -->', script, fallback, '<!-- /stampline -->'].map((line) => `\r\n    ${line}`).join('');
  expect(fs.readFileSync(page, 'utf8')).toBe(before.replace('lang="en">', `lang="en">${put}`));
  expect(await lines('snippet --write index.html')).toEqual(['index.html is up to date.']);
  const { key } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  for (const _stage of ['qa', 'prod']) await lines(`promote ${key} --yes`);
  await lines('snippet --write index.html');
  expect(fs.readFileSync(page, 'utf8').match(/"cart"|stamp\.js/g)).toEqual(['stamp.js', '"cart"']);
  fs.writeFileSync(page, '<p>No head</p>');
  expect((await run('snippet --write index.html')).stderr).toContain('has no <head>');
  expect((await run('snippet --write nowhere.html')).code).toBe(1);
});

test('open prints the link: of the page where the settings know it, else of the story', async () => {
  const { key } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  expect(await lines(`open ${key}`)).toEqual([`${server.base}/stream?ticket=${key}`]);
  fs.writeFileSync(path.join(server.dataFolder, '.stamprc.json'), '{"page": "http://localhost:8080/#teas"}');
  expect(await lines(`open ${key} --print`)).toEqual([`http://localhost:8080/?dev=${key}#teas`]);
  expect(await lines(`open ${key} --print --stage qa`)).toEqual([`http://localhost:8080/?qa=${key}#teas`]);
});
