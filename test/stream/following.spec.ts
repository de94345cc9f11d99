// stream.md, "The stream": a reader gets what it asks for, live and from where it left off, each event once and in order.
import { isWanted, type StreamFilter, wantedSql } from '../../src/stream/filter.js';
import { StreamLimits } from '../../src/stream/limits.js';
import { StreamWorld, upTo } from './stream-world.js';

let world: StreamWorld;
beforeAll(async () => {
  world = await StreamWorld.start();
});
afterEach(() => world.closeReaders());
afterAll(() => world.server.stop());

const newTicket = async (title: string): Promise<{ id: number; key: string }> =>
  (await world.server.http.post('/api/v1/ticket/').send({ title }).expect(201)).body as { id: number; key: string };

it('tells what happens within a moment, as /api/v1/event/ shows it, without the details', async () => {
  const one = await world.reader();
  expect(one.status).toBe(200);
  expect(one.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  const { id } = await newTicket('Live');
  await one.until(() => one.messages.length === 1);
  const [message] = one.messages;
  expect(message).toMatchObject({
    kind: 'message',
    data: { type: 'ticket.created', severity: 'info', actor: 'local', ticket: `/api/v1/ticket/${id}/`, version: 1 },
  });
  const { data, ...shown } = (await world.server.http.get(`/api/v1/event/${message?.id}/`).expect(200)).body;
  expect(message?.data).toEqual(shown);
  expect(data).toMatchObject({ after: { title: 'Live' } });
  expect(shown).toMatchObject({
    id: Number(message?.id),
    seq: Number(message?.id),
    resource_uri: `/api/v1/event/${message?.id}/`,
  });
  expect(one.retry).toBe(2000);
});

it('gives an id at once, so that who is cut off before the first event misses nothing', async () => {
  const one = await world.reader();
  await one.until(() => one.lastId !== '');
  one.close();
  await world.append(3);
  const last = await world.settled();
  await one.connect();
  await one.until(() => one.messages.length === 3);
  expect(one.seqs).toEqual(upTo(last - 2, last));
});

describe('filters', () => {
  const FILTERS: [string, (ids: { ticket: number; key: string }) => string, string[]][] = [
    ['a ticket by id', ({ ticket }) => `ticket=${ticket}`, ['ticket.noted', 'ticket.failed']],
    ['a ticket by key', ({ key }) => `ticket=${key}`, ['ticket.noted', 'ticket.failed']],
    ['a project by name', () => 'project=default', ['ticket.noted', 'ticket.failed']],
    ['a severity, or another', () => 'severity=warn,error', ['ticket.failed', 'release.made']],
    ['a type', () => 'type=release.made', ['release.made']],
    ['the beginning of a type', () => 'type=ticket.*', ['ticket.noted', 'ticket.failed']],
    ['types, repeated', () => 'type=release.*&type=ticket.noted', ['ticket.noted', 'release.made']],
    ['a stage', () => 'stage=prod', ['release.made']],
    ['two of these', ({ key }) => `ticket=${key}&severity=error`, ['ticket.failed']],
  ];

  it.each(FILTERS)('by %s, live and replayed alike', async (_name, query, types) => {
    const { id, key } = await newTicket('Filtered');
    const from = await world.settled();
    const path = `/stream?${query({ ticket: id, key })}`;
    const live = await world.reader(path);
    await world.append(1, { type: 'ticket.noted', ticket_id: id, project_id: 1 });
    await world.append(1, { type: 'ticket.failed', severity: 'error', ticket_id: id, project_id: 1 });
    await world.append(1, { type: 'release.made', severity: 'warn', stage: 'prod' });
    await world.append(1, { type: 'tickets.other', ticket_id: id + 1000, project_id: 2 });
    await world.settled();
    const replayed = await world.reader(path, { 'Last-Event-ID': String(from) });
    for (const one of [live, replayed]) {
      await one.until(() => one.messages.length >= types.length);
      expect(one.messages.map((message) => message.data.type)).toEqual(types);
    }
  });

  it('ask the database the same as memory', async () => {
    const values = {
      type: ['a', 'a.b', 'ab', 'b%'],
      severity: ['info', 'error'],
      stage: [null, 'prod'],
      project: [null, 1],
      ticket: [null, 7],
    };
    const facts = values.type.flatMap((type) =>
      values.severity.flatMap((severity) =>
        values.stage.flatMap((stage) =>
          values.project.flatMap((project) =>
            values.ticket.flatMap((ticket) =>
              [false, true].map((detail) => ({ type, severity, stage, project, ticket, detail })),
            ),
          ),
        ),
      ),
    );
    const filters: StreamFilter[] = [
      {},
      { detail: true },
      { types: ['a*'] },
      { types: ['a.b'], detail: true },
      { stages: ['prod'], detail: true },
      { types: ['a', 'b%'] },
      { types: ['b%*', 'ab'] },
      { types: ['*'] },
      { projects: [1, 2], severities: ['error'] },
      { tickets: [7], stages: ['prod'], types: ['a.*'] },
    ];
    for (const filter of filters) {
      const given: unknown[] = [
        JSON.stringify(
          facts.map(({ project, ticket, ...one }) => ({ ...one, project_id: project, ticket_id: ticket })),
        ),
      ];
      const where = wantedSql(filter, (value) => `$${given.push(value)}`);
      const rows = await world.server.sql(
        `SELECT t.type, t.severity, t.stage, t.project_id AS project, t.ticket_id AS ticket, t.detail
          FROM (SELECT n.place, e.* FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS n(one, place),
            jsonb_to_record(n.one) AS e(type text, severity text, stage text, project_id int, ticket_id int, detail boolean)) t
          ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY t.place`,
        given,
      );
      expect(rows).toEqual(facts.filter((one) => isWanted(filter, one)));
    }
  });

  it.each([
    ['a parameter that it has not', 'tickt=1', 400, 'stream.unknown_parameter'],
    ['a project that is none', 'project=nowhere', 404, 'not_found'],
    ['a ticket that is none', 'ticket=NO-1', 404, 'not_found'],
    ['an id that is none', 'last_event_id=-1', 400, 'stream.bad_last_event_id'],
    ['a time that is none', 'since=yesterday', 400, 'stream.bad_since'],
    ['a time without a zone', 'since=2026-01-01T12:00:00', 400, 'stream.bad_since'],
    ['a NUL', 'type=a%00', 400, 'stream.bad_value'],
    ['neither yes nor no', 'detail=all', 400, 'stream.bad_value'],
    ['too many values', `type=${'a,'.repeat(101)}`, 400, 'stream.too_many_values'],
  ])('refuse %s', async (_name, query, status, code) => {
    const reply = await world.server.http.get(`/stream?${query}`).expect(status);
    expect(reply.body.code).toBe(code);
  });
});

describe('where it begins', () => {
  it('after the last event that the reader has: by header, by URL, and the header wins', async () => {
    await world.append(5);
    const last = await world.settled();
    const byHeader = await world.reader('/stream', { 'Last-Event-ID': String(last - 2) });
    const byUrl = await world.reader(`/stream?last_event_id=${last - 3}`);
    const byBoth = await world.reader(`/stream?last_event_id=1`, { 'Last-Event-ID': String(last - 1) });
    await Promise.all(
      (
        [
          [byHeader, 2],
          [byUrl, 3],
          [byBoth, 1],
        ] as const
      ).map(([one, count]) => one.until(() => one.seqs.length >= count)),
    );
    expect(byHeader.seqs).toEqual(upTo(last - 1, last));
    expect(byUrl.seqs).toEqual(upTo(last - 2, last));
    expect(byBoth.seqs).toEqual([last]);
  });

  it.each([
    'lastEventId',
    'lastEventID',
    'Last-Event-ID',
    'last-event-id',
    'Last-Event-Id',
    'last_event_id',
    'evs_last_event_id',
    'evs_preamble=2048&evs_last_event_id',
    'padding=4097&lastEventId',
    'r=42857&lastEventId',
  ])('after the id of a polyfill that comes back with ?%s=, whatever its page had given', async (name) => {
    await world.append(3);
    const last = await world.settled();
    const alone = await world.reader(`/stream?${name}=${last - 2}`);
    const beside = await world.reader(`/stream?last_event_id=1&${name}=${last - 1}`);
    await alone.until(() => alone.seqs.length >= 2);
    await beside.until(() => beside.seqs.length >= 1);
    expect([alone.seqs, beside.seqs]).toEqual([upTo(last - 1, last), [last]]);
  });

  it('earliest: everything from the first on', async () => {
    await world.append(3);
    const last = await world.settled();
    for (const path of ['/stream?earliest', '/stream?last_event_id=earliest']) {
      const one = await world.reader(path);
      await one.until(() => one.seqs.length >= last);
      expect(one.seqs).toEqual(upTo(1, last));
    }
  });

  it('since a time: what happened then or later, live too', async () => {
    await world.append(2);
    const before = await world.settled();
    const [row] = await world.server.sql<{ now: string }>(
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS now`,
    );
    await world.append(2);
    await world.settled();
    const one = await world.reader(`/stream?since=${row?.now}`);
    await one.until(() => one.seqs.length === 2);
    await world.append(1);
    await one.until(() => one.seqs.length === 3);
    expect(one.seqs).toEqual(upTo(before + 1, before + 3));
    const future = await world.reader('/stream?since=2999-01-01');
    await world.append(1);
    await future.until(() => future.seqs.length === 1);
    expect(future.seqs).toEqual([before + 4]);
  });

  it('an id that is not kept any more, or was never given: one resync that names the oldest, then all from there', async () => {
    const limits = world.server.app.get(StreamLimits);
    const { ring } = limits;
    limits.ring = 2;
    await world.append(4);
    const last = await world.settled();
    await world.server.sql('UPDATE stream_head SET oldest = $1', [last - 1]);
    try {
      for (const id of [1, last - 3, last + 100]) {
        const one = await world.reader('/stream', { 'Last-Event-ID': String(id) });
        await one.until(() => one.seqs.length === 2);
        expect(one.messages.map((message) => message.kind)).toEqual(['resync', 'message', 'message']);
        expect(one.messages[0]).toMatchObject({ id: String(last - 2), data: { oldest: last - 1, last_event_id: id } });
        expect(one.seqs).toEqual([last - 1, last]);
      }
      const earliest = await world.reader('/stream?earliest');
      await earliest.until(() => earliest.seqs.length === 2);
      expect(earliest.messages[0]?.kind).toBe('message');
    } finally {
      await world.server.sql('UPDATE stream_head SET oldest = 1');
      limits.ring = ring;
    }
  });

  it('replay joins what is live under load: nothing twice, nothing missing', async () => {
    const limits = world.server.app.get(StreamLimits);
    const { ring } = limits;
    // Little memory, so that readers start in the database and cross over while the log grows.
    limits.ring = 200;
    await world.append(3000);
    const from = await world.settled();
    let writes = 0;
    const writing = (async () => {
      for (; writes < 40; writes += 1) await world.append(50, { severity: writes % 2 ? 'warn' : 'info' });
    })();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => world.reader('/stream', { 'Last-Event-ID': String(from - 2500) })),
    );
    const some = await world.reader('/stream?severity=warn', { 'Last-Event-ID': String(from - 2500) });
    await writing;
    const last = await world.settled();
    for (const one of all) {
      await one.until(() => one.seqs.at(-1) === last);
      expect(one.seqs).toEqual(upTo(from - 2499, last));
    }
    await some.until(() => some.seqs.length === 1000);
    expect(new Set(some.seqs).size).toBe(1000);
    expect(some.seqs).toEqual(some.seqs.toSorted((a, b) => a - b));
    limits.ring = ring;
  });
});
