// Whatever the limits leave out, the verdict `imports` says of it no more than was looked at: against walks without limits.
import fc from 'fast-check';
import type { Lead } from '../../../src/import-maps/domain/dangling.js';
import {
  type ImportsAt,
  ImportWalk,
  type Walked,
  type WalkLimits,
} from '../../../src/import-maps/domain/import-walk.js';
import { type ImportsFacts, importsVerdict } from '../../../src/import-maps/domain/imports-policy.js';
import { keyOf } from '../../../src/import-maps/domain/map-key.js';
import { atOnce } from '../../../src/platform/sliced.js';

/** What each module imports: names of other modules, or of nothing. */
type Page = Readonly<Record<string, { readonly static: readonly string[]; readonly dynamic: readonly string[] }>>;

const ALL: WalkLimits = { modules: 1000, imports: 10_000, levels: 1000 };
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function walk(page: Page, roots: readonly string[], limits: WalkLimits, watched?: ReadonlySet<string>): Walked {
  const leads = (name: string): Lead | undefined => (page[name] ? { url: `/${name}`, key: keyOf(name) } : undefined);
  const walking = new ImportWalk(
    roots.map((said) => ({ said, lead: leads(said) })),
    leads,
    limits,
    watched,
  );
  while (atOnce(walking.arrive(() => true)).length > 0) atOnce(walking.look((url) => page[url.slice(1)]));
  return walking.walked;
}

const facts = (pages: readonly [Page, Page], roots: readonly string[], limits: readonly WalkLimits[]): ImportsFacts => {
  const [before, after] = pages;
  const walked = walk(after, roots, limits[0] ?? ALL);
  const production = walked.faults.length > 0 ? walk(before, roots, limits[1] ?? ALL, walked.nowhere) : undefined;
  return { ticketKey: 'TKT-1', ticketId: 1, next: 'qa', walked, ...(production ? { production } : {}) };
};

const verdictOf = (given: ImportsFacts) => importsVerdict(given, '2026-11-30T00:00:00Z', 'http://stampline.test');

const names = fc.subarray(NAMES, { maxLength: 4 });
const modules = fc.record({ static: names, dynamic: names }).map(({ static: now, dynamic }) => ({
  static: now,
  dynamic: dynamic.filter((name) => !now.includes(name)),
}));
const pages = fc.dictionary(fc.constantFrom(...NAMES), modules, { maxKeys: 7 });
const roots = fc.subarray(NAMES, { minLength: 1, maxLength: 4 });
const limits = fc.record({ modules: fc.integer({ min: 1, max: 9 }), imports: fc.nat(20), levels: fc.nat(6) });

it('says that all is found, what blocks and what production has only where a look at everything says it, too', () => {
  fc.assert(
    fc.property(fc.tuple(pages, pages), roots, fc.tuple(limits, limits), (both, from, most) => {
      const given = facts(both, from, most);
      const [seen, whole] = [verdictOf(given), verdictOf(facts(both, from, []))];
      if (seen.code === 'imports.resolved') expect(whole.code).toBe('imports.resolved');
      if (seen.code === 'imports.unresolved') expect(whole.code).toBe('imports.unresolved');
      if (whole.code === 'imports.unresolved' && seen.code !== 'imports.unresolved')
        expect([seen.code, seen.summary]).toEqual(['imports.cut', seen.summary]);
      if (seen.summary.includes('production has the same fault')) {
        const inProduction = walk(both[0], from, ALL);
        expect(given.walked.faults.some(({ edge }) => inProduction.nowhere.has(edge))).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

it('tells what the limits left out', () => {
  fc.assert(
    fc.property(pages, roots, limits, (page, from, most) => {
      const [seen, whole] = [walk(page, from, most), walk(page, from, ALL)];
      expect(whole.cut).toBe(false);
      if (!seen.cut) expect(seen.nowhere).toEqual(whole.nowhere);
      for (const edge of seen.nowhere) expect(whole.nowhere).toContain(edge);
    }),
    { numRuns: 2000 },
  );
});

it('ends once it has met all edges that it was asked for', () => {
  const chain: Page = Object.fromEntries(
    NAMES.map((name, at) => [name, { static: [NAMES[at + 1] ?? 'gone', 'nothing'], dynamic: [] }]),
  );
  let looked = 0;
  const leads = (name: string): Lead | undefined => (chain[name] ? { url: `/${name}`, key: keyOf(name) } : undefined);
  const looking: ImportsAt = (url) => {
    looked += 1;
    return chain[url.slice(1)];
  };
  const walking = new ImportWalk([{ said: 'a', lead: leads('a') }], leads, ALL, new Set([' a /a nothing', ' a /a b']));
  while (atOnce(walking.arrive(() => true)).length > 0) atOnce(walking.look(looking));
  expect([looked, walking.walked.cut]).toEqual([1, false]);
  expect([[...walking.walked.nowhere], [...walking.walked.sound]]).toEqual([[' a /a nothing'], [' a /a b']]);
});

it('an import that is perhaps new is told as that where production has more than is looked at', () => {
  const before: Page = {
    a: { static: ['b', 'c'], dynamic: [] },
    b: { static: [], dynamic: [] },
    c: { static: ['gone'], dynamic: [] },
  };
  const after: Page = { ...before, a: { static: ['c'], dynamic: [] } };
  const verdict = verdictOf(facts([before, after], ['a'], [ALL, { modules: 2, imports: 10, levels: 9 }]));
  expect(verdict).toMatchObject({ verdict: 'pass', code: 'imports.cut' });
  expect(verdict.summary).toBe(
    'a → c → gone does not resolve; production loads more than was checked, so it is not known whether that is new.',
  );
});
