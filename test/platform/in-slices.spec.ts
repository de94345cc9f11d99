// Long work of the main thread is done in slices: whoever comes meanwhile has a turn after each.
import { canonicalJson } from '../builders/canonical-json.js';
import { acceptGiven, acceptMap, layOver } from '../../src/import-maps/domain/accepted-map.js';
import { findingStale, rebasing } from '../../src/import-maps/domain/conflict.js';
import { ImportWalk } from '../../src/import-maps/domain/import-walk.js';
import { changeDelta, changingDelta, overlay, overlaying } from '../../src/import-maps/domain/delta.js';
import { atOnce, forEach, type Sliced } from '../../src/platform/sliced.js';
import { ImportMap, writing } from '../../src/import-maps/domain/import-map.js';
import { planUrls } from '../../src/modules/plan-urls.js';
import { uploadAnswer } from '../../src/modules/upload-answer.js';
import { inSlices } from '../../src/platform/in-slices.js';
import { readEvents } from '../../src/stream/ingest/read-events.js';

/** Takes longer than a slice with each step. */
function* slow(steps: number, onStep: () => void): Sliced<string> {
  for (let step = 0; step < steps; step++) {
    const until = performance.now() + 15;
    while (performance.now() < until);
    onStep();
    yield;
  }
  return 'done';
}

it('others have their turn between slices, and several long works one slice each', async () => {
  const happened: string[] = [];
  let over = false;
  const other = (): void => {
    happened.push('turn');
    if (!over) setImmediate(other);
  };
  setImmediate(other);
  const works = ['a', 'b', 'c'].map((name) => inSlices(slow(4, () => happened.push(name))));
  expect(await Promise.all(works)).toEqual(['done', 'done', 'done']);
  over = true;
  // The first step of each is done at once.
  const sliced = happened.slice(3).join('');
  expect(sliced).not.toMatch(/[abc]{2}/);
  expect(sliced.match(/[abc]/g)).toHaveLength(9);
});

it('short work is done at once, and what fails fails', async () => {
  let isDone = false;
  const short = inSlices(forEach([1, 2, 3], (one) => (isDone = one === 3)));
  expect(isDone).toBe(true);
  await short;
  const failing = forEach(Array.from({ length: 1000 }), () => {
    throw new Error('no');
  });
  await expect(inSlices(failing)).rejects.toThrow('no');
});

/** A page with one module, which imports so many. */
const manyImports = (count: number) => () => ({
  static: Array.from({ length: count }, (_, at) => `k${at}`),
  dynamic: [],
});
function walkOf(count: number): ImportWalk {
  const limits = { modules: 2 * count, imports: 2 * count, levels: 10 };
  const leads = (said: string) => ({ url: `https://cdn.example/${said}.js`, key: undefined });
  const walk = new ImportWalk([{ said: 'main', lead: leads('main') }], leads, limits);
  atOnce(walk.arrive(() => true));
  return walk;
}
function lookedAt(count: number): ImportWalk {
  const walk = walkOf(count);
  atOnce(walk.look(manyImports(count)));
  return walk;
}

describe('work on a map of 20 000 keys pauses at least every 2048 of them', () => {
  const KEYS = 20_000;
  const rules = { origin: 'https://stamp.example', safeList: [], modulesUrl: 'https://stamp.example', bases: [] };
  const entries = Array.from({ length: KEYS }, (_, at) => [`k${at}`, `https://cdn.example/${at}.js`] as const);
  const scopes = Object.fromEntries(
    entries.slice(0, KEYS / 2).map(([key, url]) => [`https://app.example/${key}/`, { [key]: url }]),
  );
  const given = { imports: Object.fromEntries(entries.slice(0, KEYS / 2)), scopes };
  const acceptance = acceptMap(JSON.stringify(given), rules);
  if (!('map' in acceptance)) throw new Error('It is refused.');
  const changes = atOnce(layOver(acceptance.map, ImportMap.empty));
  const delta = changeDelta([], changes, ImportMap.empty);
  const map = overlay(ImportMap.empty, delta);
  canonicalJson(map);
  const modules = entries.map(([specifier, url]) => ({ specifier, url }));
  const target = { ...rules, project: 'p', modulesUrl: rules.origin, bases: [] };
  const plan = { modules: [], deleted: [], files: [], trees: [], scripts: new Map(), warnings: [] };
  const planned = modules.map((one) => ({ ...one, scope: null, integrity: null, size: null, imports: null }));
  const report = { ticket: 1, key: 'T-1', stage: 'dev', revision: 1, version: 1, previewKey: null };
  const kept = { ...report, live: new Set<string>(), warnings: [], delta };

  const works: [string, () => Sliced<unknown>][] = [
    ['what a client sends', () => acceptGiven(given, rules)],
    ['a map laid over nothing', () => layOver(acceptance.map, ImportMap.empty)],
    ['a map laid over one', () => layOver(acceptance.map, map)],
    ['what one module imports', () => walkOf(KEYS).look(manyImports(KEYS))],
    ['where all of that leads', () => lookedAt(KEYS).arrive(() => true)],
    ['a delta', () => changingDelta([], changes, ImportMap.empty)],
    ['a stamp over nothing', () => overlaying(ImportMap.empty, delta)],
    ['a stamp over a sorted map', () => overlaying(map, delta)],
    ['what is stale', () => findingStale(delta, map)],
    ['a rebase', () => rebasing(delta, map, new Map())],
    ['modules by URL', () => planUrls({ modules }, target, { lenient: false, most: KEYS })],
    ['what they come to', () => uploadAnswer(kept, { ...plan, modules: planned }, target)],
    ['the text', () => writing(map, 'https://other.example')],
  ];
  it.each(works)('%s', (_, begin) => {
    const work = begin();
    let pauses = 0;
    while (!work.next().done) pauses++;
    expect(pauses).toBeGreaterThanOrEqual(Math.floor(KEYS / 2048));
  });
});

it('a batch of events is read with pauses', () => {
  const events = Array.from({ length: 500 }, (_, id) => ({
    specversion: '1.0',
    id: String(id),
    source: 's',
    type: 'x',
  }));
  const body = Buffer.from(JSON.stringify(events));
  const work = readEvents({ body, headers: {} }, () => 'id');
  let pauses = 0;
  while (!work.next().done) pauses++;
  expect(pauses).toBeGreaterThanOrEqual(20);
});
