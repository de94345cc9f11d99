// Every verb, against a server that answers what it likes in place of each text, name and number: nothing of it is run, is an
// option or a second command in a line that is printed, steers the terminal, or becomes a file elsewhere.
import fs from 'node:fs/promises';
import path from 'node:path';
import { GRAMMAR } from '../../src/cli/shell/grammar.js';
import type { Verb } from '../../src/cli/session/verb.js';
import { VERBS } from '../../src/cli/verbs/all.js';
import { HOSTILE_WORDS } from '../builders/hostile-texts.js';
import { PREPARATIONS } from './example-scenes.js';
import { STEERING, StubShell } from './printed-commands.js';
import { type Change, RecordedServer } from './recorded-server.js';
import { makeScene, type Scene } from './scene.js';

const withBelow = (verb: Verb, called: string): [string, Verb][] => [
  [called, verb],
  ...(verb.verbs ?? []).flatMap((below) => withBelow(below, `${called} ${below.name}`)),
];
const ALL = [...withBelow(GRAMMAR, 'stamp'), ...VERBS.flatMap((verb) => withBelow(verb, `stamp ${verb.name}`))];

/** Verbs that ask no server, and why. All others have to ask one here. */
const SILENT: Readonly<Record<string, string>> = {
  'stamp completion': 'prints a script of its own',
  'stamp help': 'prints help',
  'stamp logout': 'forgets what is on this machine',
};

const NAMES = /^(key|ticket|stage|next_stage|project|projects|suspended|resource_uri)$/;

/** What a server puts in place of what there is, by what of it. */
const CHANGES: Readonly<Record<string, (word: string) => Change>> = {
  texts: (word) => (member, value) =>
    typeof value === 'string' && !NAMES.test(member) && !/^\d*$/.test(member) && !value.startsWith('/api/')
      ? word
      : value,
  names: (word) => (member, value) => (typeof value === 'string' && NAMES.test(member) ? word : value),
  numbers: (word) => (_member, value) => (typeof value === 'number' ? word : value),
  lines: (word) => (member, value) =>
    typeof value === 'string' && /^(command|git_revert|href|summary|line|error|title)$/.test(member)
      ? `${value} ${word}`
      : value,
};

/** Milliseconds after which a verb that goes on waiting is ended: what it said until then counts. */
const LONG_MS = 3000;

/** Of what is watched and kept, the name is a digest: there may be more of them, but nothing of another form. */
async function filesOf(scene: Scene): Promise<string[]> {
  const all = await fs.readdir(path.dirname(scene.folder), { recursive: true });
  const named = all
    .filter((name) => !name.includes('.git/'))
    .map((name) => name.replaceAll(/(?<=watch\/)[0-9a-f]{32}(?=\.json$)/g, '<digest>'));
  return [...new Set(named)].sort();
}

/** What is kept of a server, and others on the machine can read. */
async function readableIn(scene: Scene): Promise<string[]> {
  const home = path.dirname(scene.folder);
  const kept = (await fs.readdir(home, { recursive: true })).filter((name) => /^\.(?:cache|config)(?:\/|$)/.test(name));
  const modes = await Promise.all(
    kept.map(async (name) => ({ name, mode: (await fs.stat(path.join(home, name))).mode })),
  );
  return modes.filter(({ mode }) => (mode & 0o077) !== 0).map(({ name }) => name);
}

let stubs: StubShell;
beforeAll(() => (stubs = new StubShell()));
afterAll(() => stubs.remove());

let turn = 0;
/** Each word comes up again and again, in other places. */
const nextWord = (): string => HOSTILE_WORDS[turn++ % HOSTILE_WORDS.length] as string;

test.each(ALL)(
  '%s',
  async (called, { examples }) => {
    const scene = await makeScene();
    const server = await RecordedServer.start(scene.server.base);
    try {
      await PREPARATIONS[called]?.(scene);
      for (const { run } of examples) await scene.runWithin(run, server.url, LONG_MS);
      const asked = server.count > 0;
      const files = await filesOf(scene);
      for (const [index, [what, change]] of Object.entries(CHANGES).entries()) {
        const { run = '' } = examples[(index + Math.floor(index / 2)) % examples.length] ?? {};
        const word = nextWord();
        server.answersWith(change(word));
        const { stdout, stderr } = await scene.runWithin(run, server.url, LONG_MS);
        const about = { run, what, word };
        expect({ ...about, steers: STEERING.test(stdout + stderr) }).toEqual({ ...about, steers: false });
        expect({ ...about, wrong: stubs.wrongIn(stdout + stderr, word) }).toEqual({ ...about, wrong: [] });
        expect({ ...about, files: await filesOf(scene) }).toEqual({ ...about, files });
      }
      expect(await readableIn(scene)).toEqual([]);
      expect({ called, asked }).toEqual({ called, asked: !(called in SILENT) });
    } finally {
      server.stop();
      await scene.end();
    }
  },
  240_000,
);
