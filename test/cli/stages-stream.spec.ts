// stamp stream: a line each, over everything that comes between a reader and the server, and ended by Ctrl-C.
import { type ChildProcess, spawn } from 'node:child_process';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { MessageReader } from '../../src/cli/stream/messages.js';
import { endAll, eventually, newFolder, PROCESS_MS, startServer } from '../process/server-process.js';
import { createTestDatabase, startTestServer, type TestServer } from '../setup/test-server.js';
import { stamp, STAMP, stampEnvironment } from './stamp.js';
import { aStampedTicket } from './stamped.js';

const readers: ChildProcess[] = [];
afterAll(() => {
  for (const child of readers) child.kill('SIGKILL');
  return endAll();
});

describe('messages', () => {
  const text =
    'retry: 5\r\nid: 41\n\n: nothing\nid: 42\ndata: one\ndata:two\n\nevent: resync\rdata: {"oldest": 7}\r\rdata: 3\n\n';
  const wanted = [
    { id: '42', event: 'message', data: 'one\ntwo' },
    { id: '42', event: 'resync', data: '{"oldest": 7}' },
    { id: '42', event: 'message', data: '3' },
  ];

  test('are the same wherever the bytes are cut', () => {
    for (let size = 1; size <= text.length; size++) {
      const heard: unknown[] = [];
      const others: unknown[] = [];
      const reader = new MessageReader({
        message: (message) => heard.push(message),
        id: (id) => others.push(id),
        retry: (ms) => others.push(ms),
      });
      for (let at = 0; at < text.length; at += size) reader.read(text.slice(at, at + size));
      expect([heard, others]).toEqual([wanted, [5, '41', '42']]);
    }
  });
});

describe('what happened', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  test('from the beginning, of one ticket, as many as were asked for', async () => {
    const [one, other] = [await aStampedTicket(server, { a: '1' }), await aStampedTicket(server, { b: '1' })];
    const tail = (more: string): ReturnType<typeof stamp> =>
      stamp(`stream --ticket ${one.key} --since earliest --limit 2 ${more}`, { url: server.base });
    const { code, stdout } = await tail('');
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split('\t').slice(2))).toEqual([
      ['info', 'ticket.created', `Ticket ${one.key} created: Free shipping from 30 €`],
      ['info', 'ticket.stamped', `${one.key} stamped at dev: revision 1, 1 key`],
      [],
    ]);
    const json = (await tail('--json=line,type')).stdout.split('\n');
    expect(JSON.parse(json[1] ?? '')).toEqual({
      line: `${one.key} stamped at dev: revision 1, 1 key`,
      type: 'ticket.stamped',
    });
    const stamped = await stamp(`stream --type ticket.stamped --since 1h --limit 2`, { url: server.base });
    expect(stamped.stdout.match(/TKT-\d+/g)).toEqual([one.key, other.key]);
  });

  test.each([
    ['--limit none', 2, /--limit must be a number/],
    ['--ticket TKT-99', 7, /There is no ticket 'TKT-99'/],
    ['--since yesterday', 1, /since=yesterday is not a time/],
  ])('%s', async (line, code, says) => {
    const ended = await stamp(`stream ${line}`, { url: server.base });
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(says)]);
  });
});

test.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
  'a server that is ended by %s and started again: each event once, and Ctrl-C ends with 0',
  async (signal) => {
    const env = {
      DATABASE_URL: databaseUrl(await createTestDatabase()),
      STAMPLINE_DATA: newFolder(),
    };
    const first = startServer(env);
    await first.ready;
    const child = spawn(process.execPath, [STAMP, 'stream', '--since', 'earliest', '--verbose'], {
      env: stampEnvironment(first.base, env.STAMPLINE_DATA),
      stdio: 'pipe',
    });
    readers.push(child);
    let [out, notes] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (notes += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const tell = (base: string, line: string): Promise<Response> =>
      fetch(`${base}/events`, { method: 'POST', body: JSON.stringify({ line }) });
    const seen = (): string[] => out.split('\n').flatMap((line) => line.split('\t')[4] ?? []);

    await tell(first.base, 'one');
    await eventually('the first line', () => seen().includes('one'));
    first.kill(signal);
    await first.ended;
    const second = startServer(env, first.port);
    await second.ready;
    await tell(second.base, 'two');
    await eventually('the second line', () => seen().includes('two'));
    expect(seen()).toEqual(['one', 'two']);
    expect(notes).toMatch(
      /The stream was interrupted: reconnecting …[^]*Reconnected, after event \d+: nothing is missing\./,
    );
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    second.kill('SIGTERM');
    await second.ended;
  },
  PROCESS_MS,
);
