// What another server than ours may answer: each line that the command makes of it for a shell is, to a real shell, the
// intended words and no others, and nothing of it steers a terminal.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestAction } from '../../src/import-maps/domain/verdict.js';
import { commandFor } from '../../src/cli/stages/next-actions.js';
import { HOSTILE_WORDS } from '../builders/hostile-texts.js';
import { flags, shell, words as operands } from '../../src/platform/in-shell.js';
import { STEERING, StubShell } from './printed-commands.js';
import { stamp } from './stamp.js';

const stubs = new StubShell();
afterAll(() => stubs.remove());
const started = (line: string): string[][] => stubs.started(line);

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
        word.startsWith('-')
          ? ['unlock', `--project=${word}`, '--', word, 'stamp']
          : ['unlock', word, '--project', word, 'stamp'],
      ],
      [
        commandFor(
          action('PATCH', href('updateticketstatus/1'), { current_workflow_step: word, status: word }),
          'TKT-1',
        ),
        ['status', 'TKT-1', ...end, word, word, 'stamp'],
      ],
      [commandFor(action('POST', href('ticket/1/revert'), { [word]: true }), 'TKT-1'), ['TKT-1', '--revert', 'stamp']],
    ] as const)
      expect(started(made)).toEqual([words]);
  });

  it('in a line that we make: one word, that is no option', () => {
    const dashed = word.startsWith('-');
    const option = dashed ? [`--project=${word}`] : ['--project', word];
    const end = dashed ? ['--'] : [];
    for (const [made, words] of [
      [shell`stamp why ${word}`, ['why', ...end, word]],
      [
        shell`stamp ${word} --promote --wait`,
        dashed ? ['--promote', '--wait', '--', word] : [word, '--promote', '--wait'],
      ],
      [shell`stamp unlock qa --project ${word}`, ['unlock', 'qa', ...option]],
      [
        shell`stamp unlock qa ${flags({ project: word, force: true, no: undefined })}`,
        ['unlock', 'qa', ...option, '--force'],
      ],
      [shell`stamp status ${word} ${operands(['300', word])}`, ['status', ...end, word, '300', word]],
      [shell`curl ${`https://s.example/${word}`}`, [`https://s.example/${word}`]],
      [shell`git -c user.name=${word} log`, ['-c', `user.name=${word}`, 'log']],
    ].map(([made, words]) => [made, [...(words as string[]), String(made).split(' ', 1)[0]]] as const))
      expect([made, started(String(made))]).toEqual([made, [words]]);
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
      expect(stderr).toContain('The server answered what Stampline does not: key is "');
      expect(stderr.trimEnd()).not.toMatch(STEERING);
    },
  );

  it('steers no terminal, as text or as JSON', async () => {
    word = HOSTILE_WORDS.join(' ');
    answer = (text) => ({
      meta: { total_count: 1 },
      objects: [
        {
          ...{ key: 'TKT-1', id: 1, version: 1, title: text, owner: text, stage: 'dev', status: text },
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
