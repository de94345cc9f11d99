// promises.md, "Bad input": a request is read in one way only. What RFC 9112 calls invalid is refused and the connection is
// closed, so that nothing behind it is taken for a request that another reader would not see (request smuggling).
import { sendRaw } from '../setup/raw-http.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** What must never be answered: it would be read only by one that frames the request before it in another way. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

const post = (headers: string, body = '{"title":"x"}'): string =>
  `POST /api/v1/ticket/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
const get = (headers: string): string => `GET /livez HTTP/1.1\r\n${headers}\r\n\r\n`;

const LENGTH = 'Content-Length: 13';
const CHUNKED = 'Transfer-Encoding: chunked';
const CHUNKS = 'd\r\n{"title":"x"}\r\n0\r\n\r\n';

/** [RFC 9112 (or 9110) section, what is wrong, the bytes, status] */
const REFUSED: readonly (readonly [string, string, string, number?])[] = [
  ['6.3', 'two lengths that differ', post('Content-Length: 13\r\nContent-Length: 14')],
  ['6.3', 'two lengths that agree', post('Content-Length: 13\r\nContent-Length: 13')],
  ['6.3', 'a list of lengths', post('Content-Length: 13, 13')],
  ['6.3', 'a list of lengths that differ', post('Content-Length: 13, 14')],
  ['6.2', 'a length with a sign', post('Content-Length: +13')],
  ['6.2', 'a negative length', post('Content-Length: -13')],
  ['6.2', 'a hexadecimal length', post('Content-Length: 0xd')],
  ['6.2', 'a length with a fraction', post('Content-Length: 13.0')],
  ['6.2', 'an empty length', post('Content-Length: ')],
  ['6.2', 'a length in words', post('Content-Length: thirteen')],
  ['6.2', 'a length beyond all numbers', post('Content-Length: 99999999999999999999999999')],
  ['6.2', 'two numbers in a length', post('Content-Length: 1 3')],
  ['6.3', 'a length beside chunks', post(`${LENGTH}\r\n${CHUNKED}`, CHUNKS)],
  ['6.3', 'chunks beside a length', post(`${CHUNKED}\r\n${LENGTH}`, CHUNKS)],
  ['6.1', 'chunks twice', post('Transfer-Encoding: chunked, chunked', CHUNKS)],
  ['6.1', 'chunks twice, in two fields', post(`${CHUNKED}\r\n${CHUNKED}`, CHUNKS)],
  ['6.3', 'chunks that are not the last coding', post('Transfer-Encoding: chunked, gzip', CHUNKS)],
  ['6.3', 'a coding without chunks', post('Transfer-Encoding: gzip', CHUNKS)],
  ['6.3', 'the coding that there is none', post('Transfer-Encoding: identity', CHUNKS)],
  ['6.1', 'an unknown coding', post('Transfer-Encoding: xchunked', CHUNKS)],
  ['6.1', 'a coding in quotes', post('Transfer-Encoding: "chunked"', CHUNKS)],
  ['6.1', 'a coding behind a control character', post('Transfer-Encoding: \x0bchunked', CHUNKS)],
  ['6.1', 'an unknown coding before chunks', post('Transfer-Encoding: gzip, chunked', CHUNKS)],
  ['6.1', 'chunks in HTTP/1.0', post(CHUNKED, CHUNKS).replace('HTTP/1.1', 'HTTP/1.0')],
  ['5.1', 'a space before the colon', post(`Content-Length : 13`)],
  ['5.1', 'a tab before the colon', post(`Content-Length\t: 13`)],
  ['5.1', 'a space in a name', post(`${LENGTH}\r\nX Y: 1`)],
  ['5.1', 'a line without a colon', post(`${LENGTH}\r\nnonsense`)],
  ['5.1', 'an empty name', post(`${LENGTH}\r\n: x`)],
  ['5.2', 'a folded line', post(`${LENGTH}\r\nX-Long: one\r\n two`)],
  ['5.2', 'a folded line, by a tab', post(`${LENGTH}\r\nX-Long: one\r\n\ttwo`)],
  ['5.2', 'a folded length', post('Content-Length: 1\r\n\t3')],
  ['5.2', 'a folded coding', post('Transfer-Encoding:\r\n\tchunked', CHUNKS)],
  ['5.2', 'a folded Host', get('Host:\r\n\tlocalhost')],
  ['2.2', 'a space before the first field', `GET /livez HTTP/1.1\r\n Host: localhost\r\n\r\n`],
  ['2.2', 'a bare CR in a value', post(`${LENGTH}\r\nX-Value: one\rtwo`)],
  ['2.2', 'a bare CR as the end of a line', `GET /livez HTTP/1.1\rHost: localhost\r\n\r\n`],
  ['2.2', 'a bare LF as the end of a field', `GET /livez HTTP/1.1\r\nHost: localhost\nX: 1\r\n\r\n`],
  ['2.2', 'a bare LF as the end of the head', `GET /livez HTTP/1.1\r\nHost: localhost\r\n\n`],
  ['2.2', 'a bare LF as the end of the request line', `GET /livez HTTP/1.1\nHost: localhost\r\n\r\n`],
  ['5.5 of 9110', 'a NUL in a value', get('Host: localhost\r\nX-Value: a\0b')],
  ['3', 'a tab in the request line', `GET\t/livez HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['3', 'a space behind the version', `GET /livez HTTP/1.1 \r\nHost: localhost\r\n\r\n`],
  ['3.2', 'a space in the target', `GET /livez x HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['3.2', 'a target without a slash', `GET livez HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['2.3', 'a version that there is not', `GET /livez HTTP/1.2\r\nHost: localhost\r\n\r\n`],
  ['2.3', 'a newer version', `GET /livez HTTP/3.0\r\nHost: localhost\r\n\r\n`],
  ['2.3', 'a version in small letters', `GET /livez http/1.1\r\nHost: localhost\r\n\r\n`],
  ['2.3', 'no version', `GET /livez\r\nHost: localhost\r\n\r\n`],
  ['3.2', 'no Host', get('X: 1')],
  ['3.2', 'an empty Host', get('Host: ')],
  ['3.2', 'two Hosts', get('Host: localhost\r\nHost: evil.example')],
  ['3.2', 'two Hosts that agree', get('Host: localhost\r\nHost: localhost')],
  ['3.2', 'a Host with a user', get('Host: evil.example@localhost')],
  ['3.2', 'a Host with a path', get('Host: localhost/x')],
  ['3.2', 'a list of Hosts', get('Host: localhost, evil.example')],
  ['3.2', 'a Host with a port in words', get('Host: localhost:abc')],
  ['3.2', 'a Host with a port beyond all ports', get('Host: localhost:99999')],
  [
    '3.2.2',
    'a target of another host than Host says',
    `GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  ],
  [
    '3.2.2',
    'a target of another port than Host says',
    `GET http://localhost:1/livez HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  ],
  ['3.2.2', 'a target with a user', `GET http://a@localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['3.2.2', 'a target of another scheme', `GET ftp://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['7.1', 'a chunk size in words', post(CHUNKED, 'x\r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'a chunk size with 0x', post(CHUNKED, '0xd\r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'a chunk size with a sign', post(CHUNKED, '+d\r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'a chunk size beyond all numbers', post(CHUNKED, 'fffffffffffffffffd\r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'no chunk size', post(CHUNKED, '\r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'a space before a chunk size', post(CHUNKED, ' d\r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'a space behind a chunk size', post(CHUNKED, 'd \r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'a chunk that ends by LF', post(CHUNKED, 'd\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1', 'a chunk whose bytes go on', post(CHUNKED, 'd\r\n{"title":"x"}xx\r\n0\r\n\r\n')],
  ['7.1', 'bytes that end by LF', post(CHUNKED, 'd\r\n{"title":"x"}\n0\r\n\r\n')],
  ['7.1.1', 'a chunk extension with LF', post(CHUNKED, 'd;a=b\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1.1', 'a chunk extension with CR', post(CHUNKED, 'd;a\rb\r\n{"title":"x"}\r\n0\r\n\r\n')],
  ['7.1.1', 'a chunk extension without end', post(CHUNKED, `d;${'a'.repeat(100_000)}\r\n{"title":"x"}\r\n0\r\n\r\n`)],
  ['7.1.2', 'a trailer that is folded', post(CHUNKED, 'd\r\n{"title":"x"}\r\n0\r\nX: 1\r\n 2\r\n\r\n')],
  ['10.1.1 of 9110', 'an expectation of something else', post(`${LENGTH}\r\nExpect: 200-ok`), 417],
  ['9.1 of 9110', 'a method that there is not', `BREW /livez HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['9.1 of 9110', 'a method in small letters', `get /livez HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ['9.3.6 of 9110', 'a tunnel', `CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n`],
  ['3.4 of 9113', 'HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];

it.each(REFUSED)('%s: %s', async (_section, _what, text, status = 400) => {
  const before = (await server.sql('SELECT id FROM ticket')).length;
  const reply = await sendRaw(server.base, text + SMUGGLED);
  expect([reply.status, reply.headers.match(/^HTTP\/1\.1 /gm)]).toEqual([status, ['HTTP/1.1 ']]);
  expect(reply.body).not.toMatch(/HTTP\/1\.1/);
  expect(reply.headers).toMatch(/^connection: close/im);
  expect(JSON.parse(reply.body)).toMatchObject({
    error: expect.any(String),
    code: expect.any(String),
    request_id: expect.any(String),
  });
  expect((await server.sql('SELECT id FROM ticket')).length).toBe(before);
});

it('what can not be read behind a whole request leaves its answer alone, and ends the connection', async () => {
  for (const behind of ['\0\0\0\r\n\r\n', 'GET /livez HTTP/9.9\r\n\r\n', '\r\nnonsense\r\n\r\n']) {
    const before = (await server.sql('SELECT id FROM ticket')).length;
    const reply = await sendRaw(server.base, post(LENGTH) + behind);
    expect([reply.status, JSON.parse(reply.body).title]).toEqual([201, 'x']);
    expect(reply.headers).toMatch(/^connection: close/im);
    expect((await server.sql('SELECT id FROM ticket')).length).toBe(before + 1);
  }
});

it('what comes behind a refused request has no effect', async () => {
  const before = (await server.sql('SELECT id FROM ticket')).length;
  await sendRaw(server.base, get('Host: localhost\r\nHost: localhost') + post(LENGTH).repeat(3));
  await server.http.get('/api/v1/ticket/').expect(200);
  expect((await server.sql('SELECT id FROM ticket')).length).toBe(before);
});

const ACCEPTED: readonly (readonly [string, string, number])[] = [
  ['a length', post(`${LENGTH}\r\nConnection: close`), 201],
  ['chunks', post(`${CHUNKED}\r\nConnection: close`, CHUNKS), 201],
  ['chunks in capitals', post('transfer-encoding: CHUNKED\r\nConnection: close', CHUNKS), 201],
  [
    'chunks with an extension and a trailer',
    post(`${CHUNKED}\r\nConnection: close`, 'd;a=b;c="d"\r\n{"title":"x"}\r\n0\r\nX-Sum: 1\r\n\r\n'),
    201,
  ],
  ['several chunks', post(`${CHUNKED}\r\nConnection: close`, '2\r\n{"\r\nB\r\ntitle":"x"}\r\n000\r\n\r\n'), 201],
  ['spaces around a value', post(`Content-Length:   13   \r\nConnection: close`), 201],
  ['an expectation of 100-continue', post(`${LENGTH}\r\nExpect: 100-continue\r\nConnection: close`), 100],
  ['HTTP/1.0 without a Host', 'GET /livez HTTP/1.0\r\n\r\n', 421],
  // 3: a reader may take several spaces for one.
  ['two spaces in the request line', 'GET  /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 200],
  [
    'a target with the same host',
    'GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    200,
  ],
  ['a line before the request line', '\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 200],
];

it.each(ACCEPTED)('%s is as it ought to be', async (_what, text, status) => {
  const reply = await sendRaw(server.base, text);
  expect(reply.status).toBe(status);
});
