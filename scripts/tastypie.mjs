// npm run tastypie: asks the server at STAMP_URL what Tastypie documents an answer for, case by case, and compares. Each answer is
// the documented one, or a difference that docs/API-DESIGN.md lists; anything else, and a listed difference that is none, is exit
// 1. It makes and deletes objects: `node scripts/with-server.mjs -- npm run tastypie` gives it a server of its own.
// --json prints the cases as JSON. --reference <url> asks a Tastypie (scripts/tastypie/reference.py) whether it is what we say.
import { parseArgs } from 'node:util';
import { askCase } from './tastypie/asking.mjs';
import { COLLECTIONS } from './tastypie/cases/collections.mjs';
import { FILTERS } from './tastypie/cases/filters.mjs';
import { FORMATS } from './tastypie/cases/formats.mjs';
import { LISTS } from './tastypie/cases/lists.mjs';
import { METHODS } from './tastypie/cases/methods.mjs';
import { MORE } from './tastypie/cases/more.mjs';
import { REFERENCES } from './tastypie/cases/references.mjs';
import { SCHEMA } from './tastypie/cases/schema.mjs';
import { WRITING } from './tastypie/cases/writing.mjs';
import { documentedDifferences } from './tastypie/documented.mjs';
import { isAsTastypie, judge, told } from './tastypie/judging.mjs';

const AREAS = {
  lists: LISTS,
  filters: FILTERS,
  writing: WRITING,
  collections: COLLECTIONS,
  references: REFERENCES,
  formats: FORMATS,
  methods: METHODS,
  schema: SCHEMA,
  more: MORE,
};

/** Characters of an answer that are told. */
const LONGEST = 2000;

const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
const requestOf = ({ asks }) => `${asks.at(-1).method} ${asks.at(-1).path}`;
const answerOf = ({ status, text }) => `${status} ${text.replace(/\s+/g, ' ')}`.trim();

/** Asks all cases, one after the other: some look at what is in a list. @returns {Promise<object[]>} */
async function compare(base, verdictOf) {
  const rows = [];
  for (const [area, cases] of Object.entries(AREAS))
    for (const one of cases) {
      const asked = await askCase(base, one);
      rows.push({
        area,
        case: one.name,
        request: requestOf(one),
        tastypie: one.says,
        expected: told(one.tastypie),
        answer: cut(answerOf(asked.answer), LONGEST),
        difference: one.listed ?? null,
        ...verdictOf(one, asked),
      });
    }
  return rows;
}

const FINE = new Set(['same', 'listed']);

function print(rows) {
  for (const { area, case: name, request, tastypie, answer, verdict, difference, why } of rows) {
    const said = verdict === 'listed' ? `listed: ${difference}` : FINE.has(verdict) ? verdict : verdict.toUpperCase();
    console.log(
      [area.padEnd(11), cut(name, 44).padEnd(44), cut(request, 60).padEnd(60), cut(tastypie, 50).padEnd(50)].join('  '),
      ` ${cut(answer, 60).padEnd(60)}  ${said}`,
    );
    if (!FINE.has(verdict)) console.log(`    ${why}\n    The answer: ${cut(answer, 500)}`);
  }
}

/** Listed differences that no case shows, and rows that name none. */
function faultsOfPage({ names, errors }) {
  const shown = new Set(Object.values(AREAS).flatMap((cases) => cases.map(({ listed }) => listed)));
  const unused = [...names.keys()].filter((name) => !shown.has(name));
  return [...errors, ...unused.map((name) => `docs/API-DESIGN.md lists '${name}', which no case compares.`)];
}

const isReference = (one, asked) => ({
  verdict: one.ofPostgres || isAsTastypie(one, asked) ? 'same' : 'other',
  why: `We say ${told(one.tastypie)}.`,
});

const { values } = parseArgs({ options: { json: { type: 'boolean' }, reference: { type: 'string' } } });
const page = documentedDifferences();
const rows = values.reference
  ? await compare(values.reference, isReference)
  : await compare(process.env.STAMP_URL ?? 'http://localhost:8000', (one, asked) => judge(one, asked, page.names));
const faults = values.reference ? [] : faultsOfPage(page);
const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
const wrong = rows.filter(({ verdict }) => !FINE.has(verdict)).length + faults.length;
if (values.json) console.log(JSON.stringify({ cases: rows, faults }, null, 2));
else {
  print(rows);
  for (const fault of faults) console.log(fault);
  console.log(
    `${rows.length} cases: ${count('same')} the same, ${count('listed')} listed differences, ${wrong} wrong.`,
  );
}
process.exitCode = wrong === 0 ? 0 : 1;
