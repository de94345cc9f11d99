// The HTTP binding of CloudEvents 1.0.2 and its JSON format, to the letter: the content type decides the mode, and each table
// of the two documents is a table here. Requests are written byte by byte, so that no client mends them on the way.
import { request } from 'node:http';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Answer {
  readonly status: number;
  readonly body: {
    readonly code?: string;
    readonly error?: string;
    readonly taken?: number;
    readonly events?: unknown[];
  };
}

/** As it stands: no header of its own, values in latin1 as HTTP has them. */
const send = (headers: Readonly<Record<string, string | string[]>>, body: string | Buffer = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request(`${server.base}/events`, { method: 'POST', headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: reply.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] });
      });
    });
    call.on('error', reject);
    call.end(body);
  });

let made = 0;
const SOURCE = 'https://binding.example/';
const event = (fields: object = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: `b-${++made}`,
  source: SOURCE,
  type: 'com.example.someevent',
  ...fields,
});
const inHeaders = (fields: Readonly<Record<string, string | string[]>> = {}): Record<string, string | string[]> => ({
  'ce-specversion': '1.0',
  'ce-id': `b-${++made}`,
  'ce-source': SOURCE,
  'ce-type': 'com.example.someevent',
  ...fields,
});

const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';

/** What was kept of the newest event. */
async function kept(): Promise<{ type: string; line: string; data: Record<string, unknown> }> {
  const rows = await server.sql('SELECT type, line, data FROM event ORDER BY id DESC LIMIT 1');
  return rows[0] as never;
}
const count = async (): Promise<number> =>
  Number((await server.sql<{ n: string }>('SELECT count(*) AS n FROM event'))[0]!.n);

const json = (value: unknown): string => JSON.stringify(value);

describe('the content type decides the mode', () => {
  it.each<[string, Record<string, string>, () => unknown, number, string?]>([
    ['structured', { 'content-type': STRUCTURED }, event, 202],
    ['structured, with a charset', { 'content-type': `${STRUCTURED}; charset=UTF-8` }, event, 202],
    ['structured, in capitals', { 'content-type': 'Application/CloudEvents+JSON' }, event, 202],
    ['structured, a list', { 'content-type': STRUCTURED }, () => [event()], 400, 'event.not_an_object'],
    ['structured, the simple form', { 'content-type': STRUCTURED }, () => ({ line: 'x' }), 400, 'event.invalid'],
    ['structured, a text', { 'content-type': STRUCTURED }, () => 'x', 400, 'event.not_an_object'],
    ['a batch', { 'content-type': BATCH }, () => [event(), event()], 202],
    ['an empty batch', { 'content-type': BATCH }, () => [], 200],
    ['an empty list of JSON', { 'content-type': 'application/json' }, () => [], 200],
    ['a batch that is one event', { 'content-type': BATCH }, event, 400, 'event.not_a_batch'],
    ['a batch with the simple form', { 'content-type': BATCH }, () => [event(), { line: 'x' }], 400, 'event.invalid'],
    ['a batch in a batch', { 'content-type': BATCH }, () => [[event()]], 400, 'event.not_an_object'],
    ['another format', { 'content-type': 'application/cloudevents+avro' }, event, 415, 'event.unknown_format'],
    [
      'another format of batches',
      { 'content-type': 'application/cloudevents-batch+xml' },
      () => [],
      415,
      'event.unknown_format',
    ],
    ['no format', { 'content-type': 'application/cloudevents' }, event, 415, 'event.unknown_format'],
    ['JSON, a CloudEvent', { 'content-type': 'application/json' }, event, 202],
    ['JSON, a list of both forms', { 'content-type': 'application/json' }, () => [event(), { line: 'x' }], 202],
    ['no content type, the simple form', {}, () => ({ line: 'x' }), 202],
  ])('%s', async (_what, headers, body, status, code = 'none') => {
    const before = await count();
    const answer = await send(headers, json(body()));
    expect([answer.status, answer.body.code ?? 'none']).toEqual([status, code]);
    if (status !== 202) expect(await count()).toBe(before);
    if (status === 200) expect(answer.body).toEqual({ taken: 0, repeated: 0, events: [] });
  });

  it('reads the body in structured mode, whatever the ce- headers say beside it', async () => {
    const given = event({ subject: 'body' });
    const answer = await send({ 'content-type': STRUCTURED, ...inHeaders({ 'ce-subject': 'header' }) }, json(given));
    expect(answer).toMatchObject({ status: 202, body: { events: [{ id: given.id }] } });
    expect((await kept()).data).toMatchObject({ id: given.id, subject: 'body' });
  });

  it.each(['ce-specversion', 'ce-id', 'ce-source', 'ce-type'])('misses %s in binary mode', async (name) => {
    const headers = inHeaders();
    delete headers[name];
    const answer = await send({ 'content-type': 'application/json', ...headers }, json({ line: 'no simple form' }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'event.invalid' } });
    expect(answer.body.error).toContain(name);
  });
});

describe('binary mode', () => {
  it.each<[string, string | undefined, string | Buffer, Record<string, unknown>]>([
    ['JSON', 'application/json', '{"a": 1}', { data: { a: 1 } }],
    ['JSON, a text', 'application/json', '"x"', { data: 'x' }],
    ['JSON, null', 'application/json', 'null', { data: null }],
    ['another JSON', 'application/vnd.acme+json; charset=utf-8', '[1]', { data: [1] }],
    ['a text of JSON', 'text/json', '[1]', { data: [1] }],
    ['nothing', 'application/json', '', {}],
    ['XML', 'application/xml', '<much wow="xml"/>', { data: '<much wow="xml"/>' }],
    ['a text', 'text/plain', '{"line": "a text all the same"}', { data: '{"line": "a text all the same"}' }],
    ['a form', 'application/x-www-form-urlencoded', 'a=1&b=2', { data: 'a=1&b=2' }],
    ['bytes', 'application/octet-stream', Buffer.from([0, 255, 1]), { data_base64: 'AP8B' }],
    ['a text that is no UTF-8', 'text/plain', Buffer.from([0xe9]), { data_base64: '6Q==' }],
    ['a text of another charset', 'text/plain; charset=iso-8859-1', Buffer.from([0xe9]), { data_base64: '6Q==' }],
    ['no content type, JSON', undefined, '{"a": 1}', { data: { a: 1 } }],
  ])('takes %s', async (_what, type, body, expected) => {
    const headers = inHeaders(type === undefined ? {} : { 'content-type': type });
    const answer = await send(headers, body);
    expect(answer).toMatchObject({ status: 202, body: { taken: 1 } });
    const { data } = await kept();
    const attributes = { id: headers['ce-id'], source: SOURCE, ...(type ? { datacontenttype: type } : {}) };
    expect(data).toEqual({ ...attributes, ...expected });
  });

  it.each<[string, string, string]>([
    ['the example of the binding', 'Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['lower case', 'Euro%20%e2%82%ac', 'Euro €'],
    ['what needs no encoding', '%41BC', 'ABC'],
    ['one round only', '100%2525', '100%25'],
    ['a quoted string', '"Euro \\"%E2%82%AC\\" \\\\ 1"', 'Euro "€" \\ 1'],
    ['a space that is not encoded', 'a b', 'a b'],
    ['a lone percent sign', '50% off', '50% off'],
    ['a plus, which is no space', 'a+b', 'a+b'],
    ['a comma', 'a,b', 'a,b'],
  ])('decodes %s', async (_what, value, subject) => {
    const answer = await send(inHeaders({ 'content-type': 'application/json', 'ce-subject': value }), '{}');
    expect(answer.status).toBe(202);
    expect((await kept()).data).toMatchObject({ subject });
  });

  it.each<[string, Record<string, string | string[]>, string]>([
    ['an overlong encoding', { 'ce-subject': '%C0%A0' }, 'ce-subject'],
    ['half a character', { 'ce-subject': '%E2%82' }, 'ce-subject'],
    ['an encoded surrogate', { 'ce-subject': '%ED%A0%80' }, 'ce-subject'],
    ['an encoded NUL', { 'ce-subject': 'a%00' }, 'NUL'],
    ['an encoded line', { 'ce-subject': 'a%0Ab' }, 'subject'],
    ['a character that is not ASCII', { 'ce-subject': 'caf\u00e9' }, 'ce-subject'],
    ['a quoted string without its end', { 'ce-subject': '"a' }, 'ce-subject'],
    ['an empty attribute', { 'ce-subject': '' }, 'subject'],
    ['an attribute twice', { 'ce-id': ['a', 'b'] }, 'ce-id'],
    ['a name with a hyphen', { 'ce-my-word': 'x' }, 'ce-my-word'],
    ['datacontenttype as a header', { 'ce-datacontenttype': 'text/plain' }, 'ce-datacontenttype'],
    ['data as a header', { 'ce-data': 'x' }, 'ce-data'],
    ['another version', { 'ce-specversion': '0.3' }, 'specversion'],
    ['a time that is none', { 'ce-time': 'now' }, 'time'],
  ])('refuses %s', async (_what, more, named) => {
    const before = await count();
    const answer = await send(inHeaders({ 'content-type': 'application/json', ...more }), '{}');
    expect([answer.status, answer.body.code]).toEqual([400, 'event.invalid']);
    expect(answer.body.error).toContain(named);
    expect(await count()).toBe(before);
  });

  it('refuses JSON that is none, and the data of a known type that is not sent as JSON', async () => {
    const broken = await send(inHeaders({ 'content-type': 'application/json' }), '{"a": ');
    expect([broken.status, broken.body.code]).toEqual([400, 'body.bad_json']);
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'ce-type': 'error.raised' };
    const answer = await send(inHeaders(form), '{"service": "shop", "message": "x"}');
    expect([answer.status, answer.body.code]).toEqual([400, 'event.invalid']);
    expect(answer.body.error).toContain('Content-Type: application/json');
  });
});

describe('the JSON format', () => {
  it.each<[string, object, string]>([
    ['a text', { data: "I'm just a string" }, "com.example.someevent: I'm just a string"],
    ['a text that looks like JSON', { data: '{"message": "x"}' }, 'com.example.someevent: {"message": "x"}'],
    ['null', { data: null }, 'com.example.someevent'],
    ['nothing', {}, 'com.example.someevent'],
    [
      'XML',
      { datacontenttype: 'application/xml', data: '<much wow="xml"/>' },
      'com.example.someevent: <much wow="xml"/>',
    ],
    [
      'bytes',
      { datacontenttype: 'application/vnd.apache.thrift.binary', data_base64: 'AP8B' },
      'com.example.someevent',
    ],
    ['bytes that are nothing', { data_base64: '' }, 'com.example.someevent'],
    [
      'JSON as bytes',
      { datacontenttype: 'application/json', data_base64: Buffer.from('{"message": "hello"}').toString('base64') },
      'com.example.someevent: hello',
    ],
    [
      'attributes that are unset',
      { subject: null, time: null, dataschema: null, unsetextension: null },
      'com.example.someevent',
    ],
    ['extensions of each kind', { comexampleother: 5, flag: true, text: 'value' }, 'com.example.someevent'],
  ])('keeps %s as it is', async (_what, fields, line) => {
    const { specversion, type, ...given } = event(fields);
    const answer = await send({ 'content-type': STRUCTURED }, json({ specversion, type, ...given }));
    expect(answer.status).toBe(202);
    expect(await kept()).toEqual({ type: 'com.example.someevent', line, data: given });
  });

  it('reads the data of a known type from bytes, as from JSON', async () => {
    const data = { service: 'shop', message: 'x is undefined' };
    const bytes = Buffer.from(json(data)).toString('base64');
    const given = event({ type: 'error.raised', datacontenttype: 'application/json', data_base64: bytes });
    await send({ 'content-type': STRUCTURED }, json(given));
    expect(await kept()).toMatchObject({ line: 'shop: x is undefined', data: { data_base64: bytes } });
  });

  it.each<[string, object, string]>([
    ['data twice', { data: 1, data_base64: 'AP8B' }, 'data_base64'],
    ['base64 that is none', { data_base64: 'AP8B*' }, 'data_base64'],
    ['base64 of URLs', { data_base64: '_-8B' }, 'data_base64'],
    ['base64 cut short', { data_base64: 'AP8' }, 'data_base64'],
    ['base64 that is no text', { data_base64: 7 }, 'data_base64'],
    ['a subject that is a number', { subject: 7 }, 'subject'],
    ['an empty subject', { subject: '' }, 'subject'],
    ['a schema that is an object', { dataschema: {} }, 'dataschema'],
    ['a content type that is a number', { datacontenttype: 7 }, 'datacontenttype'],
    ['an attribute with a control character', { extension: 'a\u0007' }, 'extension'],
    ['an attribute that is a list', { extension: [] }, 'extension'],
    ['an empty type', { type: '' }, 'type'],
    ['a source that is null', { source: null }, 'source'],
  ])('refuses %s', async (_what, fields, named) => {
    const before = await count();
    const answer = await send({ 'content-type': STRUCTURED }, json(event(fields)));
    expect([answer.status, answer.body.code]).toEqual([400, 'event.invalid']);
    expect(answer.body.error).toContain(named);
    expect(await count()).toBe(before);
  });
});

describe('the types of others', () => {
  it.each([
    'com.github.label.deleted',
    'com.github.release.published',
    'Microsoft.Storage.BlobCreated',
    'sap.s4.beh.salesorder.v1.SalesOrder.Created.v1',
    'dev.cdevents.ticket.closed.0.1.0',
    'https://example.com/types#ticket.promoted',
    'urn:example:release.created',
    '7.example+x~y@z',
    'Deployment succeeded (prod)',
    'label_deleted',
  ])('keeps %s', async (type) => {
    const answer = await send({ 'content-type': STRUCTURED }, json(event({ type })));
    expect(answer.status).toBe(202);
    expect(await kept()).toMatchObject({ type, line: type });
  });

  it.each([
    'ticket.promoted',
    'Release.created',
    'ticket#promoted',
    'ticket promoted',
    'stage/locked',
    'token:created',
  ])('refuses %s, which reads like the server itself', async (type) => {
    const answer = await send({ 'content-type': STRUCTURED }, json(event({ type })));
    expect([answer.status, answer.body.code]).toEqual([400, 'event.own_type']);
  });

  it.each(['tіcket.promoted', ' ticket.promoted', 'x\u200b.y', 'x'.repeat(201)])('refuses %j', async (type) => {
    const answer = await send({ 'content-type': STRUCTURED }, json(event({ type })));
    expect([answer.status, answer.body.code]).toEqual([400, 'event.invalid']);
  });
});
