// The command reads no prose: whatever words the server finds for what it says, exit codes and the lines that the command prints
// stay as they are. Each line runs against a real server first, and then against its answers with other words.
import fs from 'node:fs';
import path from 'node:path';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { RecordedServer } from './recorded-server.js';
import { type Ended, stamp } from './stamp.js';
import { aStampedTicket } from './stamped.js';

let server: TestServer;
let recorded: RecordedServer;
beforeEach(async () => {
  server = await startTestServer();
  recorded = await RecordedServer.start(server.base);
});
afterEach(async () => {
  recorded.stop();
  await server.stop();
});

/** Members of answers that are for people. */
const TEXTS = new Set(['error', 'message', 'summary', 'label', 'detail', 'title', 'command']);
const reworded = (member: string, value: unknown): unknown =>
  TEXTS.has(member) && typeof value === 'string' ? 'Other words.' : value;

const run = (line: string, url: string): Promise<Ended> => stamp(line, { url, cwd: server.dataFolder });

/** What a script, or somebody who pastes, gets of it. */
const heard = ({ code, stdout, stderr }: Ended) => ({
  code,
  commands: `${stdout}\n${stderr}`.match(/\bstamp (?:[A-Z]+-\d+|[a-z]+ )[^\n;,')]*/g) ?? [],
});

/** The same of both; what it heard. */
async function bothHear(line: string): Promise<ReturnType<typeof heard>> {
  const first = heard(await run(line, recorded.url));
  recorded.answersWith(reworded);
  expect({ line, ...heard(await run(line, recorded.url)) }).toEqual({ line, ...first });
  recorded.stop();
  recorded = await RecordedServer.start(server.base);
  return first;
}

const promote = (key: string) => server.http.post(`/api/v1/ticket/${key}/promote/`).send({}).expect(200);

it('in refusals of promotions, reverts and rollbacks', async () => {
  const one = await aStampedTicket(server, { nav: 'export default 1;\n' });
  const two = await aStampedTicket(server, { cart: "import nav from 'nav';\nexport default nav;\n" });
  const late = await aStampedTicket(server, { nav: 'export default 2;\n' });
  for (const { key } of [one, one, two, two]) await promote(key);

  expect(await bothHear(`${late.key} --promote`)).toMatchObject({
    code: 3,
    commands: expect.arrayContaining([expect.stringContaining(`stamp rebase ${late.key} --mine`)]),
  });
  expect(await bothHear(`why ${late.key}`)).toMatchObject({ code: 3 });
  expect(await bothHear(`revert ${one.key} --yes`)).toEqual({
    code: 3,
    commands: [`stamp ${one.key} --revert --cascade`, `stamp ${one.key} --revert --force`],
  });
  await server.http.post(`/api/v1/ticket/${two.key}/revert/`).send({}).expect(200);
  expect(await bothHear('rollback 2 --yes')).toEqual({ code: 3, commands: ['stamp rollback 2 --force'] });
  expect(await bothHear(`promote ${two.key} --yes`)).toMatchObject({
    code: 3,
    commands: expect.arrayContaining([`stamp unhold ${two.key}`]),
  });
  expect(await bothHear(`hold ${two.key} --reason Lunch --until 2h`)).toEqual({
    code: 3,
    commands: [`stamp unhold ${two.key}`],
  });
  expect(await bothHear(`promote ${one.key} --yes`)).toMatchObject({ code: 3 });
});

it('in refusals of uploads', async () => {
  const folder = path.join(server.dataFolder, 'src');
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'cart.js'), 'export default 3;\n');
  const { key } = await aStampedTicket(server, { cart: 'export default 1;\n' });
  const update = `${key} --update --once --folder src`;
  await promote(key);
  expect(await bothHear(update)).toEqual({ code: 3, commands: [`stamp ${key} --revert`] });
  await promote(key);
  expect(await bothHear(update)).toEqual({ code: 3, commands: [`stamp reopen ${key}`] });
  await server.http.post(`/api/v1/ticket/${key}/close/`).send({}).expect(200);
  expect(await bothHear(update)).toEqual({ code: 3, commands: [`stamp reopen ${key}`] });
});

it.each([
  ['show TKT-99', 7],
  ['project new default', 6],
  ['project set overlap=sometimes', 1],
  ['rollback 99 --yes', 7],
  ['TKT-99 --promote', 7],
])('in others: stamp %s is %d', async (line, code) => {
  expect(await bothHear(line)).toMatchObject({ code });
});
