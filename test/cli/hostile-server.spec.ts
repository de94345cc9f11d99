// What another server than ours may answer: each line that the command makes of it for a shell is, to a real shell, the
// intended words and no others, and nothing of it steers a terminal.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { type ActionVerb, requestAction } from '../../src/promotion/domain/verdict.js';
import { commandFor, messageOf } from '../../src/cli/stages/next-actions.js';
import { Refusal } from '../../src/client/server.js';
import { HOSTILE_WORDS } from '../builders/hostile-texts.js';
import { flags, remark, shell, words as operands } from '../../src/platform/shell-quote.js';
import { onTerminal } from './on-terminal.js';
import { STEERING, StubShell, withoutOwn } from './printed-commands.js';
import { stamp } from './stamp.js';

const ABOUT = { key: 'TKT-1', url: 'http://stamp.example:8000' };

/** A verb of a later server. */
const OTHER = { verb: 'later' as ActionVerb };

const stubs = new StubShell();
afterAll(() => stubs.remove());
const started = (line: string): string[][] => stubs.started(line);

describe.each(HOSTILE_WORDS)('%j', (word) => {
  const href = (name: string): string => `/api/v1/${name}/`;
  const action = (verb: ActionVerb, target: string, body?: Readonly<Record<string, unknown>>) =>
    requestAction('Lift it', '', {
      verb,
      method: 'POST',
      base: 'http://s.example',
      path: target,
      ...(body && { body }),
    });

  it('in what an action names: these words, and no others', () => {
    const encoded = encodeURIComponent(word);
    const keys = { [word]: 'mine', cart: 'theirs' };
    const end = word.startsWith('-') ? ['--'] : [];
    for (const [made, words] of [
      [
        commandFor(action('rebase', href('ticket/1/rebase'), keys), ABOUT),
        ['rebase', 'TKT-1', ...end, `${word}=mine`, 'cart=theirs', 'stamp'],
      ],
      [
        commandFor(action('unlock', `${href(`stage/${encoded}/unlock`)}?project=${encoded}`), ABOUT),
        word.startsWith('-')
          ? ['unlock', `--project=${word}`, '--', word, 'stamp']
          : ['unlock', word, '--project', word, 'stamp'],
      ],
      [
        commandFor(
          action('status', href('updateticketstatus/1'), { current_workflow_step: word, status: word }),
          ABOUT,
        ),
        ['status', 'TKT-1', ...end, word, word, 'stamp'],
      ],
      [commandFor(action('revert', href('ticket/1/revert'), { [word]: true }), ABOUT), ['TKT-1', '--revert', 'stamp']],
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

  it('in place of a line, an address or a method of the server: curl to this server, or no line at all', () => {
    const other = action(OTHER.verb, href('ticket/1/other'));
    const curl = ['--fail-with-body', '--request', 'POST', `${ABOUT.url}/api/v1/ticket/1/other/`, 'curl'];
    for (const command of [word, `curl ${word}`, `${other.command} ${word}`, `${other.command}${word}`])
      expect(started(commandFor({ ...other, command }, ABOUT))).toEqual([curl]);
    for (const made of [
      commandFor({ ...other, method: word }, ABOUT),
      ...[word, `//evil.example/api/v1/${word}`, `https://evil.example/api/v1/a/`, `/api/v1/a/../../../${word}`].map(
        (href) => commandFor({ ...other, href }, ABOUT),
      ),
    ])
      expect(made).toBe('');
    const [words = []] = started(commandFor({ ...other, href: `/api/v1/ticket/1/${word}` }, ABOUT));
    expect(words.slice(0, 3)).toEqual(['--fail-with-body', '--request', 'POST']);
    expect([words.length, new URL(words[3] ?? '').origin, words[4]]).toEqual([5, ABOUT.url, 'curl']);
    const changing = requestAction('', '', {
      ...{ ...OTHER, method: 'POST', base: '', path: href('ticket/1/other'), ifMatch: '"3"', body: { reason: word } },
    });
    expect(started(commandFor(changing, ABOUT))[0]?.slice(3)).toEqual([
      ...['--header', 'if-match: "3"', '--header', 'content-type: application/json'],
      ...['--data', JSON.stringify({ reason: word }), `${ABOUT.url}/api/v1/ticket/1/other/`, 'curl'],
    ]);
  });

  it('in a refusal whose text names a command: ours stands there, and nothing of the text comes into its words', () => {
    const unhold = action('unhold', href('ticket/1/unhold'));
    for (const ticket of [word, "$' ; touch stolen '", '$& $` $1']) {
      const body = { error: `Held: ${unhold.command} ; x`, summary: 'Held.', ticket, next_actions: [unhold] };
      const [, line = ''] = /^Held\. Lift it: (.*)$/s.exec(messageOf(new Refusal(409, body, ABOUT.url))) ?? [];
      expect(started(line)).toEqual([['unhold', ...(ticket.startsWith('-') ? ['--'] : []), ticket, 'stamp']]);
    }
  });

  it('behind a command, as what it does: no other command, no option, no file', () => {
    const said = remark(word);
    const [words, ...others] = started(shell`stamp why ${'TKT-1'}` + `  ${said}`);
    expect([words?.[0], words?.[1], words?.at(-1), others]).toEqual(['why', 'TKT-1', 'stamp', []]);
    expect(words?.filter((one) => /^[-=]/.test(one))).toEqual([]);
    expect(words?.slice(2, -1).join(' ')).toBe(said.replaceAll(/ +/g, ' '));
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
      expect(stderr).toContain('This answer is not from Stampline: key is "');
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

  it('says on a terminal no line that runs something else when the whole of it is pasted', async () => {
    const steps = { verdict: 'blocked', actor: 'you' };
    answer = () => ({
      ...{ key: 'TKT-1', stage: 'dev', next_stage: 'qa', closed: false, promotable: false },
      verdicts: HOSTILE_WORDS.map((label) => ({
        ...{ ...steps, policy: label, code: label, summary: label },
        next_actions: [
          {
            ...requestAction(label, '', { verb: 'unhold', method: 'POST', base: '', path: '/api/v1/ticket/1/unhold/' }),
            command: label,
          },
          {
            ...requestAction(label, '', { ...OTHER, method: 'GET', base: '', path: '/api/v1/ticket/1/x/' }),
            command: label,
          },
        ],
      })),
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, screen } = await onTerminal(['why', 'TKT-1'], { url });
    const lines = stripVTControlCharacters(screen).split('\n').slice(1);
    const commands = lines.filter((line) => /^ *(?:stamp|curl) /.test(line));
    expect([code, commands.length]).toEqual([3, 2 * HOSTILE_WORDS.length]);
    for (const line of commands) {
      const [words = [], ...others] = started(line);
      expect([line, others]).toEqual([line, []]);
      const begun = line.includes('curl')
        ? ['--fail-with-body', '--request', 'GET', `${url}/api/v1/ticket/1/x/`]
        : ['unhold', 'TKT-1'];
      expect(words.slice(0, begun.length)).toEqual(begun);
      const more = words.slice(begun.length, -1);
      expect(line.includes('curl') ? more : more.filter((one) => one.startsWith('-'))).toEqual([]);
    }
    expect(withoutOwn(screen)).not.toMatch(STEERING);
  });
});
