// What the verdict `imports` costs a promotion: by the statements that are sent, which no busy machine changes.
import { UploadsOf } from '../builders/modules.js';
import { aStagedProject } from '../builders/stamped-ticket.js';
import { aTicket } from '../builders/ticket.builder.js';
import type { PostgresProxy } from '../setup/postgres-proxy.js';
import type { TestServer } from '../setup/test-server.js';
import { startTwoServers, type TwoServers } from '../setup/two-servers.js';

let servers: TwoServers;
let far: TestServer;
let proxy: PostgresProxy;
let project: { uri: string };

beforeAll(async () => {
  servers = await startTwoServers();
  ({ far, proxy } = servers);
  project = await aStagedProject(far, 'costs');
});

afterAll(() => servers.stop());

let version = 0;

/** A ticket of its own with these modules, in a version that nobody had. */
async function carrying(modules: Readonly<Record<string, string>>): Promise<UploadsOf> {
  const uploads = new UploadsOf(far, await aTicket(far).with({ project: project.uri }));
  version += 1;
  for (const [name, text] of Object.entries(modules)) {
    const reply = await uploads.put({ specifier: name }, { 'm.js': `${text}\n// ${version}` });
    expect([reply.status, reply.body.error]).toEqual([201, undefined]);
  }
  return uploads;
}

/** The statements of a promotion to the next stage. */
async function promotion(uploads: UploadsOf): Promise<number> {
  const before = proxy.statementsOf('stampline');
  const reply = await far.http.post(`/api/v1/ticket/${uploads.ticket.id}/promote/`);
  expect([reply.status, reply.body.error]).toEqual([200, undefined]);
  return proxy.statementsOf('stampline') - before;
}

interface Cost {
  readonly toQa: number;
  readonly toProduction: number;
}

async function promoted(modules: Readonly<Record<string, string>>): Promise<Cost> {
  const uploads = await carrying(modules);
  return { toQa: await promotion(uploads), toProduction: await promotion(uploads) };
}

/** Of several tickets the least: what the server does beside a promotion only adds to it. */
async function least(modules: Readonly<Record<string, string>>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let turn = 0; turn < 4; turn++) costs.push(await promoted(modules));
  return {
    toQa: Math.min(...costs.map(({ toQa }) => toQa)),
    toProduction: Math.min(...costs.map(({ toProduction }) => toProduction)),
  };
}

it('is nothing where modules import nothing, or only each other', async () => {
  const plain = await least({ plain: '' });
  expect(await least({ a: '1', b: '2', c: '3' })).toEqual(plain);
  expect(await least({ d: 'import "e"; import("f");', e: 'import "f";', f: '4' })).toEqual(plain);
});

it('is one statement at most for what modules imported before, however deep that goes, and none to production', async () => {
  const plain = await least({ plain: '' });
  const chain = Array.from({ length: 12 }, (_, at) => [`m${at}`, at < 11 ? `import "m${at + 1}";` : '']);
  await promoted(Object.fromEntries(chain) as Record<string, string>);
  const { toQa, toProduction } = await least({ m0: 'import "m1";' });
  expect([toQa - plain.toQa, toProduction - plain.toProduction]).toEqual([1, 0]);
});

it('is a statement for each level of what is imported for the first time, once', async () => {
  const plain = await least({ plain: '' });
  await promoted({ n0: 'import "n1";', n1: 'import "n2";', n2: '' });
  const first = await promoted({ start: 'import "n0";' });
  expect(first.toQa - plain.toQa).toBeGreaterThan(1);
  const again = await least({ again: 'import "n0";' });
  expect(again.toQa - plain.toQa).toBeLessThanOrEqual(1);
  expect(again.toProduction).toBe(plain.toProduction);
});
