// Approvals and overrides in words: the same use cases as over REST, with a line for the stream.
import { aGatedProject } from '../builders/gated-project.js';
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const say = (text: string) => server.http.post('/api/v1/command/').send({ text });
const linesOf = async (text: string): Promise<string[]> =>
  ((await say(text).expect(200)).body as { lines: string[] }).lines;

it('approves, rejects and withdraws in words, and overrides what waits', async () => {
  const project = await aGatedProject(server, 'spoken', [
    { policy: 'approvals', name: 'QA sign-off', stages: ['prod'], roles: ['qa'] },
    { policy: 'soak', stages: ['prod'], minutes: 60 },
  ]);
  const { key } = await aStampedTicket(server).with({ project: project.uri }).withModule('spoken').at('qa');
  const on = `${key} --project spoken`;
  expect((await say(`approve ${on}`).expect(400)).body).toMatchObject({ code: 'approval.as_missing' });
  expect((await say(`reject ${on} --as bob`).expect(400)).body).toMatchObject({ code: 'command.missing_flag' });
  expect(await linesOf(`reject ${on} --as bob --reason the menu is gone`)).toEqual([
    `${key} rejected for prod by bob: revision 1: the menu is gone`,
  ]);
  expect(await linesOf(`withdraw ${on} --as bob`)).toEqual([`bob withdrew what they said of ${key} for prod`]);
  expect(await linesOf(`approve ${on} --as alice --comment fine by me`)).toEqual([
    `${key} approved for prod by alice: revision 1: fine by me`,
  ]);
  expect((await say(`override ${on} --policy soak --reason now --hours 99`).expect(400)).body).toMatchObject({
    code: 'command.no_number',
  });
  expect(await linesOf(`override ${on} --policy soak --reason the fix can't wait`)).toEqual([
    expect.stringMatching(/: policy soak overridden for prod until .* UTC by local: the fix can't wait$/),
  ]);
  expect(await linesOf(`why ${on}`)).toEqual([`${key} can be promoted to prod: promote ${key}`]);
});
