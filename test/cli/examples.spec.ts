// Every example of help and of docs/CLI.md's verbs does what it says: run as it stands, in order, on a scene that each verb has
// for itself.
import { GRAMMAR } from '../../src/cli/shell/grammar.js';
import type { Verb } from '../../src/cli/session/verb.js';
import { VERBS } from '../../src/cli/verbs/all.js';
import { PREPARATIONS } from './example-scenes.js';
import { makeScene } from './scene.js';

const withBelow = (verb: Verb, path: string): [string, Verb][] => [
  [path, verb],
  ...(verb.verbs ?? []).flatMap((below) => withBelow(below, `${path} ${below.name}`)),
];
const ALL = [...withBelow(GRAMMAR, 'stamp'), ...VERBS.flatMap((verb) => withBelow(verb, `stamp ${verb.name}`))];

test('there is an example of each verb, and it is one of its own', () => {
  for (const [path, { examples }] of ALL) {
    expect([path, examples.length]).not.toEqual([path, 0]);
    const own = new RegExp(`^stamp (.* )?${path.split(' ').slice(1).join(' ')}`);
    for (const { run } of examples) expect(run).toMatch(own);
  }
});

/** Piped, a time is as the server writes it; in a line for people it says that it is UTC. */
const otherTimes = (text: string): string[] =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z|\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '')
    .match(/\S*\b\d\d:\d\d\b\S*/g) ?? [];

test.each(ALL)(
  '%s',
  async (path, { examples }) => {
    const scene = await makeScene();
    try {
      await PREPARATIONS[path]?.(scene);
      for (const { run, exit = 0 } of examples) {
        const { code, stdout, stderr } = await scene.run(run);
        expect({ run, code, ...(code === exit ? {} : { stdout, stderr }) }).toEqual({ run, code: exit });
        for (const said of [stdout, stderr]) expect([run, said]).toEqual([run, expect.stringMatching(/^$|[^\n]\n$/)]);
        if (path !== 'stamp help') expect([run, otherTimes(stdout)]).toEqual([run, []]);
      }
    } finally {
      await scene.end();
    }
  },
  60_000,
);
