// The step for GitHub Actions in docs/CLIENTS.md, run as it stands there: in a matrix, and in a workflow of any name.
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let step: string;
beforeAll(async () => {
  server = await startTestServer();
  const page = await fs.readFile(new URL('../../docs/CLIENTS.md', import.meta.url), 'utf8');
  const [, yaml = ''] = /^- name: Tell Stampline\n([^]*?)^```/m.exec(page) ?? [];
  [, step = ''] = /^ {2}run: \|\n([^]*)/m.exec(yaml) ?? [];
  // What the runner makes of the expressions, by the names that the step gives them.
  for (const name of ['OUTCOME: ${{ job.status }}', 'LEG: ${{ strategy.job-index }}', 'REASON: ${{ toJSON('])
    expect(yaml).toContain(name);
});
afterAll(() => server.stop());

interface Leg {
  readonly ticket: string;
  readonly workflow: string;
  readonly outcome: string;
  readonly leg: number;
}

/** Rejects where curl was refused. */
const tell = ({ ticket, workflow, outcome, leg }: Leg): Promise<unknown> =>
  promisify(execFile)('bash', ['-e', '-c', step], {
    env: {
      PATH: process.env.PATH ?? '',
      STAMP_URL: server.base,
      TICKET: ticket,
      OUTCOME: outcome,
      REASON: JSON.stringify(`${workflow}: ${outcome}`),
      LOG: 'https://github.example/shop/actions/runs/7',
      LEG: String(leg),
      GITHUB_RUN_ID: ticket,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'build',
      GITHUB_WORKFLOW: workflow,
    },
  });

async function aTicket(): Promise<string> {
  const { body } = await server.http
    .post('/api/v1/ticket/')
    .send({ title: 'Shop', owner: 'a@example.com' })
    .expect(201);
  await server.http
    .patch(`/api/v1/updateticketstatus/${body.id}/`)
    .send({ current_workflow_step: '400', status: '000' })
    .expect(202);
  return body.key as string;
}

const read = async (key: string): Promise<Record<string, unknown>> =>
  (await server.http.get(`/api/v1/ticket/${key}/`).expect(200)).body;

test.each(['CI', 'Build "the shop"', "It's \\ $HOME `id`", 'Prüfung\tßü'])('a workflow named %j', async (workflow) => {
  const ticket = await aTicket();
  await tell({ ticket, workflow, outcome: 'failure', leg: 0 });
  expect(await read(ticket)).toMatchObject({
    current_workflow_step: '999',
    failure: { code: 'ci.failure', summary: `${workflow}: failure` },
  });
});

test.each([[['success', 'failure']], [['failure', 'failure']], [['success', 'success', 'cancelled']]])(
  "a leg's failure is told whatever the legs before came to: %j",
  async (outcomes) => {
    const ticket = await aTicket();
    for (const [leg, outcome] of outcomes.entries()) await tell({ ticket, workflow: 'CI', outcome, leg });
    expect(await read(ticket)).toMatchObject({ current_workflow_step: '999', status: '999' });
  },
);

test('the same leg told twice is told once', async () => {
  const ticket = await aTicket();
  await tell({ ticket, workflow: 'CI', outcome: 'failure', leg: 0 });
  const { version } = await read(ticket);
  await tell({ ticket, workflow: 'CI', outcome: 'failure', leg: 0 });
  expect((await read(ticket)).version).toBe(version);
});
