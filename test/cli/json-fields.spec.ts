// `--json=kye`: every verb knows the members that it prints, and refuses another one before anything is done.
import { GRAMMAR } from '../../src/cli/shell/grammar.js';
import type { Fields } from '../../src/cli/words/json-fields.js';
import { requireFields } from '../../src/cli/words/json-fields.js';
import type { Verb } from '../../src/cli/session/verb.js';
import { VERBS } from '../../src/cli/verbs/all.js';
import { eventually } from '../process/server-process.js';
import { PREPARATIONS } from './example-scenes.js';
import { makeScene, type Scene } from './scene.js';

const withBelow = (verb: Verb, path: string): [string, Verb][] => [
  [path, verb],
  ...(verb.verbs ?? []).flatMap((below) => withBelow(below, `${path} ${below.name}`)),
];
const ALL = [...withBelow(GRAMMAR, 'stamp'), ...VERBS.flatMap((verb) => withBelow(verb, `stamp ${verb.name}`))];
const PRINTING = ALL.filter(([path, { run }]) => run && path !== 'stamp help');
const OWN = PRINTING.filter(([path]) => path !== 'stamp');

/** The example as it stands, with `--json` and these fields. */
const asking = (run: string, fields: string): string => `${run.replace(/ --json\S*/, '')} --json${fields}`;

test('every verb that prints says what its JSON has', () => {
  expect(OWN.filter(([, { json }]) => json === undefined).map(([path]) => path)).toEqual([]);
});

test.each<[string, Fields, RegExp | undefined]>([
  ['key', { key: true }, undefined],
  ['kye', { id: true, key: true, title: true }, /'kye'\. Did you mean 'key'\? Known: key, id, title\.$/],
  ['key,', { key: true }, /unknown field ''\. Known: key\.$/],
  ['zzz', { key: true, at: true }, /'zzz'\. Known: at, key\.$/],
  ['constructor', { key: true }, /'constructor'/],
  ['failure.raeson', { failure: { reason: true } }, /'failure\.raeson'\. Did you mean 'failure\.reason'\?/],
  ['settings.any.thing', { settings: true }, undefined],
])('--json=%s of %j', (json, fields, says) => {
  const asked = (): void => requireFields({ json }, fields);
  if (says) expect(asked).toThrow(says);
  else expect(asked).not.toThrow();
});

describe('unknown', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await makeScene();
    await eventually('all events of the scene have numbers', async () =>
      /"ticket\.stamped".*TKT-1|TKT-1.*"ticket\.stamped"/.test(JSON.stringify(await lastEvent())),
    );
  });
  afterAll(() => scene.end());

  const lastEvent = async (): Promise<unknown> =>
    (await scene.server.http.get('/api/v1/event/?order_by=-id&limit=1').expect(200)).body.objects;

  test.each(PRINTING.flatMap(([, { examples }]) => examples.map(({ run }) => run)))('%s --json=kye', async (run) => {
    const before = await lastEvent();
    const line = asking(run, '=kye').replace('< token.txt', '< /dev/null');
    const { code, stdout, stderr } = await scene.runWithin(line);
    expect({ line, code, stdout }).toEqual({ line, code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: { exit: 2, message: expect.stringMatching(/'kye'.*Known: /) } });
    expect(await lastEvent()).toEqual(before);
  });
});

test.each(OWN)(
  '%s prints no other member',
  async (path, { examples, json = {} }) => {
    const scene = await makeScene();
    try {
      await PREPARATIONS[path]?.(scene);
      for (const { run, exit = 0 } of examples) {
        const { code, stdout, stderr } = await scene.runWithin(asking(run, ''));
        expect({ run, code, ...(code === exit ? {} : { stderr }) }).toEqual({ run, code: exit });
        for (const printed of objectsIn(stdout)) expect(Object.keys(json)).toEqual(expect.arrayContaining(printed));
      }
    } finally {
      await scene.end();
    }
  },
  60_000,
);

/** The members of each object that was printed: one, a list of them, or one a line. */
function objectsIn(stdout: string): string[][] {
  const values = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => JSON.parse(line) as object | object[]);
  return values.map((value) => Object.keys(value));
}
