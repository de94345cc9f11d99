// What another server than ours may answer: each line that the command makes of it for a shell is, to a real shell, the
// intended words and no others, and nothing of it steers a terminal.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { requestAction } from '../../src/import-maps/domain/verdict.js';
import { commandFor } from '../../src/cli/stages/next-actions.js';
import { HOSTILE_WORDS } from '../builders/hostile-texts.js';
import { stamp } from './stamp.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-hostile-'));
for (const name of ['stamp', 'curl', 'git', 'touch', 'rm', 'sh']) {
  const says = `process.stdout.write(JSON.stringify([...process.argv.slice(2), ${JSON.stringify(name)}]) + '\\n');`;
  fs.writeFileSync(path.join(folder, name), `#!${process.execPath}\n${says}\n`, { mode: 0o755 });
}
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Each program that a line of the shell starts, as its words with its name at their end. */
const started = (line: string): string[][] =>
  execFileSync('/bin/sh', ['-c', line], { env: { PATH: folder }, cwd: folder, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean)
    .map((words) => JSON.parse(words) as string[]);

const STEERING = /[^\P{Cc}\t\n]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u;

describe.each(HOSTILE_WORDS)('%j', (word) => {
  const href = (name: string): string => `/api/v1/${name}/`;
  const action = (method: 'POST' | 'PATCH', target: string, body?: object) =>
    requestAction('', '', { method, base: 'http://s.example', path: target, ...(body && { body }) });

  it('in what an action names: these words, and no others', () => {
    const encoded = encodeURIComponent(word);
    const keys = { [word]: 'mine', cart: 'theirs' };
    const end = word.startsWith('-') ? ['--'] : [];
    for (const [made, words] of [
      [
        commandFor(action('POST', href('ticket/1/rebase'), keys), 'TKT-1'),
        ['rebase', 'TKT-1', ...end, `${word}=mine`, 'cart=theirs', 'stamp'],
      ],
      [
        commandFor(action('POST', `${href(`stage/${encoded}/unlock`)}?project=${encoded}`), 'TKT-1'),
        ['unlock', word, '--project', word, 'stamp'],
      ],
      [
        commandFor(
          action('PATCH', href('updateticketstatus/1'), { current_workflow_step: word, status: word }),
          'TKT-1',
        ),
        ['status', 'TKT-1', word, word, 'stamp'],
      ],
      [commandFor(action('POST', href('ticket/1/revert'), { [word]: true }), 'TKT-1'), ['TKT-1', '--revert', 'stamp']],
    ] as const)
      expect(started(made)).toEqual([words]);
  });

  it('in place of a line of the server: no line at all, unless it is curl with quoted words', () => {
    const other = { ...action('POST', href('ticket/1/other')), label: '' };
    for (const command of [
      word,
      `curl ${word}`,
      `${other.command} ${word}`,
      `${other.command}${word}`,
      `stamp; ${word}`,
    ])
      expect(commandFor({ ...other, command }, 'TKT-1')).toBe('');
    expect(started(commandFor(other, 'TKT-1'))).toEqual([
      ['--fail-with-body', '--request', 'POST', 'http://s.example/api/v1/ticket/1/other/', 'curl'],
    ]);
  });
});

describe('a server on the loopback that answers what it likes', () => {
  let server: Server;
  let answer: (word: string) => object;
  let word = '';
  beforeAll(async () => {
    server = createServer((_request, reply) => {
      reply.setHeader('content-type', 'application/json');
      reply.end(JSON.stringify(answer(word)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());
  const run = (line: string) => stamp(line, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

  it.each(['; touch stolen', '--force', '-1', '\u001b[8mTKT-1', 'TKT-1\n', '\u202ETKT-1'])(
    'is not believed a key such as %j',
    async (key) => {
      answer = () => ({
        key,
        id: 1,
        version: 1,
        title: 'x',
        project: '/api/v1/project/1/',
        stage: 'dev',
        closed_at: null,
      });
      const { code, stdout, stderr } = await run('TKT-1');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('no ticket has such a key. Nothing was done with it.');
      expect(stderr.trimEnd()).not.toMatch(STEERING);
    },
  );

  it('steers no terminal, as text or as JSON', async () => {
    word = HOSTILE_WORDS.join(' ');
    answer = (text) => ({
      meta: { total_count: 1 },
      objects: [
        {
          ...{ key: 'TKT-1', id: 1, version: 1, title: text, owner: text, stage: text, status: text },
          ...{ current_workflow_step: text, step_entered_at: text, closed_at: null },
        },
      ],
    });
    for (const line of ['list', 'list --json']) {
      const { code, stdout, stderr } = await run(line);
      expect([line, code]).toEqual([line, 0]);
      expect(stdout + stderr).not.toMatch(STEERING);
      if (line.endsWith('--json')) expect(JSON.parse(stdout)[0].title).toBe(word);
    }
  });
});
