// The SQL of lookups: a static table; what a client sends is only ever a value.
import fc from 'fast-check';
import type { Field, FieldKind } from '../../src/rest/fields/field.js';
import { isLookup, lookupsOf, lookupSql } from '../../src/rest/reading/lookups.js';

const field = (kind: FieldKind, filterable = true): Field => ({
  name: 'f',
  kind,
  help: '',
  example: null,
  required: false,
  nullable: true,
  readonly: false,
  writeOnly: false,
  unique: false,
  initial: undefined,
  filterable,
  orderable: true,
});

function made(kind: FieldKind, lookup: string, ...texts: string[]): [string, ...unknown[]] {
  const values: unknown[] = [];
  const sql = lookupSql(field(kind), lookup, 't.f', texts, (value) => `$${values.push(value)}`);
  return [sql, ...values];
}

it.each<[[FieldKind, string, ...string[]], [string, ...unknown[]]]>([
  [
    ['text', 'exact', 'x'],
    ['t.f = $1::text', 'x'],
  ],
  [['text', 'exact', 'None'], ['t.f IS NULL']],
  [
    ['text', 'iexact', 'x'],
    ['UPPER(t.f) = UPPER($1::text)', 'x'],
  ],
  [
    ['text', 'contains', '50%_\\'],
    ['t.f LIKE $1::text', '%50\\%\\_\\\\%'],
  ],
  [
    ['text', 'istartswith', 'a'],
    ['UPPER(t.f) LIKE UPPER($1::text)', 'a%'],
  ],
  [
    ['text', 'endswith', 'a'],
    ['t.f LIKE $1::text', '%a'],
  ],
  [
    ['text', 'in', 'a,b', 'c'],
    ['t.f = ANY($1::text[])', ['a', 'b', 'c']],
  ],
  [
    ['text', 'regex', 'a|b'],
    ['t.f ~ $1::text', 'a|b'],
  ],
  [
    ['integer', 'range', '1,5'],
    ['t.f BETWEEN $1::bigint AND $2::bigint', 1, 5],
  ],
  [
    ['integer', 'gte', '1', '2'],
    ['t.f >= $1::bigint', 2],
  ],
  [
    ['boolean', 'exact', 'True'],
    ['t.f = $1::boolean', true],
  ],
  [
    ['status', 'exact', '007'],
    ['t.f = $1::bigint', 7],
  ],
  [
    ['time', 'year', '2026'],
    ["EXTRACT(YEAR FROM t.f AT TIME ZONE 'UTC') = $1::bigint", 2026],
  ],
  [
    ['time', 'exact', '2026-01-01'],
    ['t.f = $1::timestamptz', '2026-01-01T00:00:00Z'],
  ],
  [['reference', 'isnull', 'False'], ['t.f IS NOT NULL']],
])('%j', (asked, expected) => expect(made(...asked)).toEqual(expected));

const KINDS: FieldKind[] = ['id', 'text', 'integer', 'boolean', 'time', 'reference', 'json', 'step', 'status'];
const WORDS = [
  'exact',
  'iexact',
  'contains',
  'icontains',
  'startswith',
  'istartswith',
  'endswith',
  'iendswith',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'range',
  'isnull',
  'regex',
  'iregex',
  'year',
  'month',
  'day',
];

it("knows Django's lookups and no others", () => {
  expect(WORDS.filter((word) => !isLookup(word))).toEqual([]);
  expect(['constructor', 'toString', '__proto__', 'search', ''].filter(isLookup)).toEqual([]);
});

it('refuses what a kind of field does not allow, and every lookup of one that is not filterable', () => {
  for (const kind of KINDS) {
    for (const word of WORDS.filter((one) => !lookupsOf(field(kind)).includes(one))) {
      expect(() => made(kind, word, '1')).toThrow(`'${word}' is not an allowed filter on the 'f' field.`);
    }
  }
  expect(lookupsOf(field('text', false))).toEqual([]);
  expect(() => lookupSql(field('text', false), 'exact', 't.f', ['x'], () => '$1')).toThrow(
    "The 'f' field does not allow filtering.",
  );
});

it('lets nothing that a client sends into the SQL, and refuses it or keeps it as a value', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom("'", '";--', 'None', 'true', '1,2', '2026-01-01'),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.constantFrom(...WORDS),
      fc.array(anyText, { minLength: 1, maxLength: 3 }),
      (kind, word, texts) => {
        fc.pre(lookupsOf(field(kind)).includes(word));
        let sql: string;
        try {
          [sql] = made(kind, word, ...texts);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid' });
          return;
        }
        expect(sql).toMatch(/^[A-Za-z0-9_.$:()[\],=<>~ '*+-]+$/);
        expect(sql.replaceAll("'UTC'", '').replaceAll("'1000'", '').replaceAll("'0'", '')).not.toContain("'");
      },
    ),
    { numRuns: 2000 },
  );
});

it('refuses texts of the wrong type', () => {
  const wrong: [FieldKind, string, string][] = [
    ['id', 'exact', 'x'],
    ['id', 'exact', ''],
    ['id', 'in', '1,'],
    ['boolean', 'exact', 'TRUE'],
    ['status', 'exact', '1001'],
    ['time', 'gt', '2026'],
    ['time', 'gt', '0000-01-01'],
    ['time', 'day', 'x'],
    ['integer', 'range', '1'],
    ['reference', 'isnull', ''],
  ];
  for (const [kind, lookup, text] of wrong) {
    expect(() => made(kind, lookup, text)).toThrow('Invalid resource lookup data provided (mismatched type).');
  }
});
