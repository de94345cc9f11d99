// A ticket at each stage of several lines of stages: what is refused says where it is, and the lines that are printed help.
import fs from 'node:fs';
import path from 'node:path';
import { upload } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { type Ended, stamp } from './stamp.js';

let server: TestServer;
let app: string;
beforeAll(async () => {
  server = await startTestServer();
  app = path.join(server.dataFolder, 'app');
  fs.mkdirSync(path.join(app, 'src'), { recursive: true });
  fs.writeFileSync(path.join(app, 'src', 'cart.js'), 'export default 2;\n');
});
afterAll(() => server.stop());

const LINES: readonly (readonly string[])[] = [
  ['dev', 'qa', 'prod'],
  ['build', 'live'],
  ['dev', 'prod-like', 'production-2', 'released'],
];

const PLACES = LINES.flatMap((line) => line.map((stage, at) => [line.join(' → '), stage, line, at] as const));

let count = 0;

/** A ticket of a project with these stages, promoted so often. */
async function ticketAt(
  stages: readonly string[],
  promotions: number,
): Promise<{ key: string; url: string; run: (line: string) => Promise<Ended> }> {
  const name = `line-${(count += 1)}`;
  const step = (at: number): number => (at === stages.length - 1 ? 1000 : 200 + at * 100);
  const settings = { stages: stages.map((stage, at) => ({ name: stage, step: step(at) })) };
  const project = await server.http.post('/api/v1/project/').send({ name, settings });
  expect([project.status, project.body.error]).toEqual([201, undefined]);
  const made = await server.http
    .post('/api/v1/ticket/')
    .send({ title: 'At a stage', project: `/api/v1/project/${project.body.id}/` })
    .expect(201);
  const { id, key } = made.body as { id: number; key: string };
  expect((await upload(server, id, { specifier: 'cart' }, { 'cart.js': 'export default 1;' })).status).toBe(201);
  const url = `/api/v1/ticket/${id}`;
  for (let at = 0; at < promotions; at += 1) await server.http.post(`${url}/promote/`).expect(200);
  return { key, url, run: runIn(name) };
}

const runIn =
  (project: string) =>
  (line: string): Promise<Ended> =>
    stamp(line, { url: server.base, cwd: app, env: { STAMP_PROJECT: project }, timeoutMs: 60_000 });

/** The line in quotes, as it is typed behind the prompt. */
const quoted = (text: string): string => /'stamp ([^']+)'/.exec(text)?.[1] ?? '';

describe.each(PLACES)('%s: a ticket at %s', (_line, stage, stages, at) => {
  const [first = '', last = ''] = [stages[0], stages.at(-1)];

  it('takes modules at the first stage alone, and else says where it is; the line that is printed helps', async () => {
    const { key, run } = await ticketAt(stages, at);
    for (let left = at; left > 0; left -= 1) {
      const { code, stderr } = await run(`update ${key} --once`);
      const here = stages[left] ?? '';
      const says =
        here === last
          ? `${key} is released: 'stamp reopen ${key}' begins a new cycle in ${first}.`
          : `${key} is at ${here}, where its modules are frozen: 'stamp ${key} --revert' reverts it to ${first}.`;
      expect([code, stderr]).toEqual([3, `stamp: ${says}\n`]);
      const helped = await run(quoted(stderr));
      expect([helped.code, helped.stderr]).toEqual([0, '']);
      if (here === last) break;
    }
    expect(await run(`update ${key} --once`)).toMatchObject({ code: 0, stderr: '' });
  });

  it('closed and reopened, its next line is done', async () => {
    const { key, url, run } = await ticketAt(stages, at);
    await server.http.post(`${url}/close/`).expect(200);
    const refused = await run(`update ${key} --once`);
    expect(refused.stderr).toContain(`${key} is closed`);
    const opened = await run(quoted(refused.stderr));
    expect([opened.code, opened.stdout]).toEqual([0, expect.stringContaining(`stage\t${first}\n`)]);
    const next = /^next\tstamp (.+)$/m.exec(opened.stdout)?.[1] ?? '';
    expect(next).toBe(`update ${key}`);
    expect(await run(`${next} --once`)).toMatchObject({ code: 0, stderr: '' });
    expect(stage).toBe(stages[at]);
  });
});

it('without modules, closed and reopened, its next line is done', async () => {
  const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'Of packages' }).expect(201);
  await server.http.post(`/api/v1/ticket/${body.id}/close/`).expect(200);
  const run = runIn('default');
  const opened = await run(`reopen ${body.key}`);
  const next = /^next\tstamp (.+)$/m.exec(opened.stdout)?.[1] ?? '';
  expect(await run(next)).toMatchObject({ code: 0, stderr: '' });
});
