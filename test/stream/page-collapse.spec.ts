// Which events the page shows as one row, and which links it makes. The files are those that browsers load.
interface Run {
  readonly times: number;
  readonly event: { readonly seq: number };
}
type Add = { add(event: object): Run };

/** Not in the types: browsers load them as they stand. */
const FILES = '../../src/stream/page/assets';
const { Collapser } = (await import(`${FILES}/collapse.js`)) as {
  Collapser: new () => Add;
};
const { safeHref } = (await import(`${FILES}/row.js`)) as {
  safeHref: (link: unknown) => string | undefined;
};

let seq = 0;
const event = (seconds: number, fields: object = {}): object => ({
  seq: ++seq,
  time: new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString(),
  type: 'error.raised',
  ticket: null,
  line: 'shop: TypeError',
  ...fields,
});

it('puts the same line of the same ticket and type together for a minute from the first, whatever came between', () => {
  const collapser = new Collapser();
  const first = collapser.add(event(0));
  const other = collapser.add(event(1, { line: 'another' }));
  expect(collapser.add(event(30))).toBe(first);
  expect(collapser.add(event(59))).toBe(first);
  expect([first.times, other.times]).toEqual([3, 1]);
  expect(first.event.seq).toBe(seq);
  const next = collapser.add(event(60));
  expect(next).not.toBe(first);
  expect(collapser.add(event(119))).toBe(next);
  expect([first.times, next.times]).toEqual([3, 2]);
});

it.each([{ ticket: '/api/v1/ticket/1/' }, { type: 'alert.fired' }, { line: 'shop: TypeError ' }])(
  'keeps apart what differs in %j',
  (fields) => {
    const collapser = new Collapser();
    expect(collapser.add(event(0))).not.toBe(collapser.add(event(1, fields)));
  },
);

it('forgets what can not be repeated any more', () => {
  const collapser = new Collapser();
  for (let index = 0; index < 3000; index++) collapser.add(event(index, { line: `line ${index}` }));
  expect(collapser.add(event(3000, { line: 'line 0' })).times).toBe(1);
  expect(collapser.add(event(3001, { line: 'line 2999' })).times).toBe(2);
});

it.each([
  ['/api/v1/ticket/1/', true],
  ['https://ci.example/1', true],
  ['//evil.example', false],
  ['/\\evil.example', false],
  ['javascript:alert(1)', false],
  [null, false],
])('leads to %j: %j', (link, leads) => expect(safeHref(link)).toBe(leads ? link : undefined));
