// A day of a real lander (examples/lander.sh) is a story that somebody on duty reads in the stream, not a log.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StreamWorld } from './stream-world.js';

const MOST_LINES = 15;

let world: StreamWorld;
beforeAll(async () => {
  world = await StreamWorld.start();
});
afterEach(() => world.closeReaders());
afterAll(() => world.server.stop());

it('is at most 15 lines, and the details say the rest', async () => {
  const env = { ...process.env, STAMP_URL: world.server.base };
  await promisify(execFile)('sh', ['examples/lander.sh'], { env, timeout: 120_000 });
  await world.append(1);
  const last = await world.settled();
  const story = await world.reader('/stream?earliest=1');
  await story.until(() => story.seqs.at(-1) === last);
  const lines = story.messages.slice(0, -1).map(({ data }) => String(data.line));
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
  expect(lines[0]).toMatch(/^Ticket \S+ created with openssl, curl: /);
  expect(lines.filter((line) => line.includes('(Failed)'))).toHaveLength(2);
  expect(lines.at(-1)).toMatch(/moved 500 → 1000 \(Complete\)/);
  expect(last).toBeGreaterThan(2 * lines.length);
});
