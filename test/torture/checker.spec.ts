// The checker must be able to fail: a history with one violation of each kind, and nothing else wrong, gives that finding.
import { check, type Findings, isClean } from '../../torture/check/check.mjs';

/** Two writers, a reader, a release: all is as it should be. */
function fine() {
  const write = { kind: 'status', subject: 'ticket/1', outcome: 'acknowledged' };
  return {
    writes: [
      {
        kind: 'ticket',
        mark: 'ticket-1',
        uri: '/api/v1/ticket/1/',
        outcome: 'acknowledged',
        start: 0,
        end: 1,
        version: 1,
      },
      { ...write, mark: '001', start: 2, end: 3, version: 2 },
      { ...write, mark: '002', start: 2, end: 4, version: 3 },
      { ...write, kind: 'field', mark: 'text-1', start: 5, end: 6, version: 4, ifMatch: 3 },
      { kind: 'event', mark: 'event-1', outcome: 'acknowledged', start: 7, end: 8, version: null },
      { ...write, mark: '003', outcome: 'refused', start: 9, end: 10 },
    ] as any[],
    reads: [{ subject: 'ticket/1', start: 4.5, end: 5, version: 3, state: { status: '002' } }] as any[],
    releases: [
      { specifier: 'cart', url: '/modules/1/cart.js', start: 1, end: 2 },
      { specifier: 'cart', url: '/modules/2/cart.js', start: 3, end: 4 },
    ],
    mapReads: [
      { specifier: 'cart', start: 103, url: '/modules/1/cart.js' },
      { specifier: 'cart', start: 105, url: '/modules/2/cart.js' },
    ],
    blobs: [{ path: '/modules/1/cart.js', hash: 'abc' }],
  };
}

function found() {
  const event = { subject: 'ticket/1', type: 'ticket.status_changed' };
  const events = [
    { ...event, id: 1, seq: 1, version: 1, type: 'ticket.created', after: { mark: 'ticket-1', status: '000' } },
    { ...event, id: 2, seq: 2, version: 2, after: { status: '001' } },
    { ...event, id: 3, seq: 3, version: 3, after: { status: '002' } },
    { ...event, id: 4, seq: 4, version: 4, type: 'ticket.changed', after: { description: 'text-1' } },
    { id: 5, seq: 5, subject: 'from/1', version: null, type: 'message', after: { mark: 'event-1' } },
  ] as any[];
  return {
    events,
    objects: [{ mark: 'ticket-1', uri: '/api/v1/ticket/1/' }],
    rows: [
      { subject: 'ticket/1', version: 4, state: { status: '002', description: 'text-1' } as Record<string, string> },
    ],
    production: { cart: '/modules/2/cart.js' } as Record<string, string>,
    served: [{ path: '/modules/1/cart.js', hash: 'abc' }],
    readers: [{ got: events.map(({ seq, subject, version }) => ({ seq, subject, version })), others: [] as string[] }],
  };
}

type History = ReturnType<typeof fine>;
type Found = ReturnType<typeof found>;

/** The kinds of what is found once something was spoilt. */
function kindsAfter(spoil: (history: History, found: Found) => void): string[] {
  const [history, there] = [fine(), found()];
  spoil(history, there);
  const findings: Findings = check(history as any, there);
  return Object.keys(findings).filter((kind) => findings[kind as keyof Findings].length > 0);
}

it('finds nothing where nothing is wrong', () => {
  expect(isClean(check(fine() as any, found()))).toBe(true);
});

/** The ticket is deleted, by who asked for it, and gone. */
function deleted({ writes }: History, { events, rows, objects, readers }: Found): void {
  writes.push({
    kind: 'delete',
    subject: 'ticket/1',
    mark: 'delete',
    outcome: 'acknowledged',
    start: 9,
    end: 10,
    version: null,
  });
  events.push({ id: 6, seq: 6, subject: 'ticket/1', type: 'ticket.deleted', version: 4, after: {} });
  readers[0]!.got.push({ seq: 6, subject: 'ticket/1', version: 4 });
  rows.pop();
  objects.pop();
}

it.each([
  ['a deletion', deleted],
  [
    'a list, whose answer names no versions',
    ({ writes }: History): void => void Object.assign(writes[3], { version: null, ifMatch: undefined }),
  ],
  [
    'a ticket that is not found once its deletion began',
    (history: History, there: Found): void => {
      deleted(history, there);
      history.reads.push({ subject: 'ticket/1', start: 9.1, end: 9.2, gone: true });
    },
  ],
  [
    'an old map that says so',
    ({ mapReads }: History): void => void Object.assign(mapReads[1]!, { url: '/modules/1/cart.js', saysStale: true }),
  ],
])('finds nothing in %s', (_what, change) => {
  const [history, there] = [fine(), found()];
  change(history, there);
  expect(check(history as any, there)).toEqual({ lost: [], duplicates: [], order: [], stale: [], gaps: [] });
});

const violations: [string, string, (history: History, found: Found) => void][] = [
  ['an acknowledged status that is another one', 'lost', (_, { events }) => void (events[1].after.status = '000')],
  [
    'an acknowledged change without its event',
    'lost',
    ({ writes }) => void writes.push({ ...writes[1], mark: '004', start: 11, end: 12, version: 5 }),
  ],
  [
    'a version acknowledged to two writers',
    'lost',
    ({ writes }) => void writes.push({ ...writes[3], ifMatch: undefined }),
  ],
  ['a text that is in no event', 'lost', (_, { events }) => void (events[3].after = {})],
  ['a made object that is gone', 'lost', (_, { objects }) => void objects.pop()],
  ['an object without its event', 'lost', (_, { events }) => void (events[0].after.mark = null)],
  ['an event that was acknowledged and not kept', 'lost', (_, { events }) => void (events[4].after.mark = null)],
  ['a row that is not what its history says', 'lost', (_, { rows }) => void (rows[0]!.state.status = '001')],
  ['a row whose version is not its history', 'lost', (_, { rows }) => void (rows[0]!.version = 9)],
  ['a write that never got an answer', 'lost', ({ writes }) => void (writes[5].outcome = 'open')],
  ['a release that production lacks', 'lost', (_, { production }) => void (production.cart = '/modules/1/cart.js')],
  ['a blob with other bytes', 'lost', (_, { served }) => void (served[0]!.hash = '404')],
  ['a blob that is not served', 'lost', (_, { served }) => void served.pop()],
  [
    'a change that happened twice',
    'duplicates',
    (_, { events, rows, readers }) => {
      events.push({ ...events[3], id: 6, seq: 6, version: 5 });
      rows[0]!.version = 5;
      readers[0]!.got.push({ seq: 6, subject: 'ticket/1', version: 5 });
    },
  ],
  [
    'an object that is there twice',
    'duplicates',
    (_, { objects, events, readers }) => {
      objects.push({ mark: 'ticket-1', uri: '/api/v1/ticket/2/' });
      events.push({ ...events[0], id: 6, seq: 6, subject: 'ticket/2' });
      readers[0]!.got.push({ seq: 6, subject: 'ticket/2', version: 1 });
    },
  ],
  [
    'an event that was kept twice',
    'duplicates',
    (_, { events, readers }) => {
      events.push({ ...events[4], id: 6, seq: 6 });
      readers[0]!.got.push({ seq: 6, subject: 'from/1', version: null });
    },
  ],
  ['a later write with a lower version', 'order', ({ writes }) => void (writes[1].start = writes[1].end = 4.2)],
  ['If-Match that let something else through', 'order', ({ writes }) => void (writes[3].ifMatch = 2)],
  [
    'public numbers that do not follow versions',
    'order',
    (_, { events, readers }) => {
      [events[1].seq, events[2].seq] = [3, 2];
      readers[0]!.got = [1, 3, 2, 4, 5].map((version, index) => ({ ...readers[0]!.got[version - 1]!, seq: index + 1 }));
    },
  ],
  [
    'a number below what was acknowledged before it began, of something else',
    'order',
    (_, { events, readers }) => {
      [events[3].seq, events[4].seq] = [5, 4];
      const [text, message] = readers[0]!.got.splice(3, 2);
      readers[0]!.got.push({ ...message!, seq: 4 }, { ...text!, seq: 5 });
    },
  ],
  [
    'a list that is not in the log',
    'lost',
    ({ writes }, { events }) => (
      Object.assign(writes[3], { version: null, ifMatch: undefined }),
      void (events[3].after = {})
    ),
  ],
  [
    'a deletion that was acknowledged and did not happen',
    'lost',
    ({ writes }) =>
      void writes.push({
        kind: 'delete',
        subject: 'ticket/1',
        mark: 'd',
        outcome: 'acknowledged',
        start: 9,
        end: 10,
        version: null,
      }),
  ],
  [
    'a deletion that nobody asked for',
    'lost',
    (history, there) => (deleted(history, there), void history.writes.pop()),
  ],
  [
    'a ticket that is there although it was deleted',
    'lost',
    (history, there) => (deleted(history, there), void there.rows.push(found().rows[0]!)),
  ],
  [
    'a deletion that happened twice',
    'duplicates',
    (history, there) => {
      deleted(history, there);
      there.events.push({ ...there.events[5], id: 7, seq: 7 });
      there.readers[0]!.got.push({ seq: 7, subject: 'ticket/1', version: 4 });
    },
  ],
  [
    'a change of what had been deleted',
    'order',
    (history, there) => {
      deleted(history, there);
      history.writes.push({ ...history.writes[3], ifMatch: undefined, mark: 'text-2', start: 11, end: 12, version: 5 });
      there.events.push({ ...there.events[3], id: 7, seq: 7, version: 5, after: { description: 'text-2' } });
      there.readers[0]!.got.push({ seq: 7, subject: 'ticket/1', version: 5 });
    },
  ],
  [
    'a read of what had been deleted',
    'stale',
    (history, there) => (
      deleted(history, there),
      void history.reads.push({ subject: 'ticket/1', start: 11, end: 12, version: 4, state: {} })
    ),
  ],
  [
    'a ticket that is not found and was never deleted',
    'lost',
    ({ reads }) => void reads.push({ subject: 'ticket/1', start: 6, end: 7, gone: true }),
  ],
  [
    'a hole in the versions',
    'order',
    ({ writes, reads }, { events, rows, readers }) => {
      // An object whose history begins at 2: everybody agrees, and still.
      for (const one of [...events, ...writes, ...reads, ...readers[0]!.got]) if (one.version > 1) one.version += 1;
      writes[3].ifMatch = 4;
      events.push({ ...events[4], id: 6, seq: 6, after: {} });
      readers[0]!.got.push({ seq: 6, subject: 'from/1', version: null });
      rows[0]!.version = 4;
    },
  ],
  [
    'a read of what was before',
    'stale',
    ({ reads }) => void Object.assign(reads[0], { version: 2, state: { status: '001' } }),
  ],
  ['a read of a mixture', 'stale', ({ reads }) => void (reads[0].state.status = '001')],
  ['a map that is late', 'stale', ({ mapReads }) => void (mapReads[1]!.url = '/modules/1/cart.js')],
  [
    'a number that is missing',
    'gaps',
    (_, { events, readers }) => {
      events[4].seq = 6;
      readers[0]!.got[4]!.seq = 6;
    },
  ],
  [
    'an event that never got its number',
    'gaps',
    (_, { events, readers }) => void ((events[4].seq = null), readers[0]!.got.pop()),
  ],
  ['an event that a reader missed', 'gaps', (_, { readers }) => void readers[0]!.got.splice(2, 1)],
  ['the last event, which a reader missed', 'gaps', (_, { readers }) => void readers[0]!.got.pop()],
  [
    'an event that a reader got twice',
    'gaps',
    (_, { readers }) => void readers[0]!.got.splice(2, 0, readers[0]!.got[2]!),
  ],
  ['events that a reader got in another order', 'gaps', (_, { readers }) => void readers[0]!.got.reverse()],
  [
    'an event that a reader got as another',
    'gaps',
    (_, { readers }) => void (readers[0]!.got[1]!.subject = 'ticket/9'),
  ],
  ['a reader that had to start anew', 'gaps', (_, { readers }) => void readers[0]!.others.push('resync: {}')],
];

it.each([
  ['a change', ({ writes }: History) => void Object.assign(writes[3], { outcome: 'refused', version: undefined })],
  ['a status', ({ writes }: History) => void Object.assign(writes[2], { outcome: 'refused', version: undefined })],
  ['a creation', ({ writes }: History) => void Object.assign(writes[0], { outcome: 'refused' })],
  ['an event', ({ writes }: History) => void Object.assign(writes[4], { outcome: 'refused' })],
  [
    'a deletion',
    (history: History, there: Found) => (deleted(history, there), void (history.writes.at(-1).outcome = 'refused')),
  ],
])('%s that was refused, and happened', (_what, spoil: (history: History, there: Found) => void) => {
  const [history, there] = [fine(), found()];
  spoil(history, there);
  const findings = check(history as any, there);
  expect(findings.duplicates).toEqual([expect.stringContaining('was refused, and happened')]);
  expect({ ...findings, duplicates: [] }).toEqual({ lost: [], duplicates: [], order: [], stale: [], gaps: [] });
});

it.each(violations)('%s: %s', (_what, kind, spoil) => {
  expect(kindsAfter(spoil)).toEqual([kind]);
});
