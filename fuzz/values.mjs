// What clients send by mistake or malice: texts, ids, JSON values that have broken servers like this one.
import fc from 'fast-check';

const NUL = '\0';
const HALF_SURROGATE = '\ud800';

export const HOSTILE_TEXTS = [
  '',
  ' ',
  NUL,
  `a${NUL}b`,
  HALF_SURROGATE,
  'Ünïcode ✓ 漢字 🎫',
  "' OR 1=1; DROP TABLE ticket; --",
  '"; SELECT pg_sleep(10); --',
  '$1',
  '%',
  '_',
  '\\',
  '<script>alert(1)</script>',
  'javascript:alert(1)',
  'http://[::1',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'None',
  'nil',
  'NaN',
  'Infinity',
  '-0',
  '1e309',
  '0x10',
  '9'.repeat(40),
  '-1',
  '2147483648',
  '9223372036854775808',
  'x'.repeat(5000),
  '2026-02-30',
  '0000-00-00',
  '99999-01-01T00:00:00Z',
  '2026-01-01T00:00:00+99:99',
  '(((((((((((',
  '[z-a]',
  '(a+)+$',
  'a,b,c',
  ',,,',
  '/api/v1/ticket/1/',
  '/api/v1/nothing/1/',
  'http://elsewhere.example/api/v1/ticket/1/',
  'TKT-1',
  'tkt-00001',
  'TKT-',
  '-1-1',
];

/** Things that may stand where an id stands in a URL. Small ids mostly exist. */
export const pathId = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }).map((id) => `TKT-${id}`) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...HOSTILE_TEXTS.filter((text) => text !== '' && text.isWellFormed()))
      .map(encodeURIComponent),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('%00', '%zz', '%', '..', '%2e%2e', '.', '1;2;3', '1%3B2', '%ff', '%c3%28', '1/2'),
  },
);

/** Texts of query parameters, encoded or, now and then, not well encoded. */
export const queryText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE_TEXTS).map(encode) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('1', '2', '100', '200', '999', '1000', 'true', 'False', 'a', 'LOGS', '000').map(encode),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map(encode) },
  { weight: 1, arbitrary: fc.constantFrom('%00', '%', '%zz', '%ff', '%ed%a0%80', '+', '&', '=') },
);

/** encodeURIComponent() throws on half a surrogate pair; such a text is sent as its three bytes. */
export function encode(text) {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
}

const deep = (levels) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

/** Any JSON value, with a liking for the odd ones. */
export const jsonValue = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(null, true, false, 0, -1, 1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 1000, 999, 100),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      [],
      {},
      [[]],
      [null],
      { a: 1 },
      deep(31),
      deep(40),
      { resource_uri: 1 },
      { resource_uri: '/api/v1/ticket/1/' },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** The URI of another object of the same resource; small ids mostly exist. */
const existing = (uri) => fc.integer({ min: 1, max: 20 }).map((id) => uri.replace(/\d+\/$/, `${id}/`));

/** What a property's name says of its values, wherever it stands. */
const BY_NAME = [
  [/^current_workflow_step$/, fc.constantFrom('100', '200', '300', '400', '500', '999', '1000', 200, 999)],
  [/^status$/, fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constantFrom('000', '999', '1000'))],
  [/reference|url|log/, fc.constantFrom('http://ci.example/1', 'https://ci.example/2')],
  [/owner|email|assignee/, fc.constantFrom('one@example.com', 'two@example.com')],
  [/^key$/, fc.integer({ min: 1, max: 500 }).map((number) => `KEY-${number}`)],
];

const BY_TYPE = {
  boolean: fc.boolean(),
  array: fc.constant([]),
  string: fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 8 })),
  integer: fc.integer({ min: 1, max: 20 }),
  null: fc.constant(null),
};

/** Values that are likely right for a property, by its schema. */
export function likelyValue(name, schema) {
  const [example] = schema.examples ?? [];
  const [first, ...others] = [
    ...(schema.enum ? [fc.constantFrom(...schema.enum)] : []),
    ...(/^\/api\/v1\//.test(example) ? [existing(example)] : []),
    ...BY_NAME.filter(([pattern]) => pattern.test(name)).map(([, values]) => values),
    ...[schema.type].flat().flatMap((type) => BY_TYPE[type] ?? []),
    ...(example === undefined ? [] : [fc.constant(example)]),
  ];
  if (!first) return jsonValue;
  // What its schema or its name says comes first; what its type would also allow, now and then.
  const also = others.length > 0 ? [{ weight: 1, arbitrary: fc.oneof(...others) }] : [];
  return fc.oneof({ weight: 12, arbitrary: first }, ...also);
}

/** Twelve times in thirteen what is right. */
export const mostly = (right, wrong = fc.constantFrom(...HOSTILE_TEXTS)) =>
  fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: wrong });

/** Mostly one of these, else a hostile text. */
export const some = (...values) => mostly(fc.constantFrom(...values));
