// Every example of help and of docs/CLI.md does what it says: run as it stands, in order, on a scene that each verb has for
// itself.
import fs from 'node:fs/promises';
import { GRAMMAR } from '../../src/cli/grammar.js';
import type { Verb } from '../../src/cli/verb.js';
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

test.each(ALL)(
  '%s',
  async (path, { examples }) => {
    const scene = await makeScene();
    try {
      await PREPARATIONS[path]?.(scene);
      for (const { run, exit = 0 } of examples) {
        const { code, stdout, stderr } = await scene.run(run);
        expect({ run, code, ...(code === exit ? {} : { stdout, stderr }) }).toEqual({ run, code: exit });
      }
    } finally {
      await scene.end();
    }
  },
  60_000,
);

test('the first session of docs/CLI.md', async () => {
  const template = await fs.readFile(new URL('../../scripts/cli-docs.md', import.meta.url), 'utf8');
  const lines = /```sh session\n([^]*?)```/.exec(template)?.[1]?.trim().split('\n') ?? [];
  expect(lines.length).toBeGreaterThan(5);
  const scene = await makeScene({ tickets: false });
  try {
    for (const line of lines) expect({ line, ...(await scene.run(line)) }).toMatchObject({ line, code: 0 });
  } finally {
    await scene.end();
  }
}, 60_000);
