// POST, PUT, PATCH and DELETE of objects, their statuses, and bodies that are wrong.
import { DELETE, differs, GET, ofPostgres, only, PATCH, POST, PUT, RAW, same, some } from '../case.mjs';

const MINIMAL = { Prefer: 'return=minimal' };
const empty = (status, headers = {}) => ({ status, text: '', headers });
const LOCATION = { location: /\/api\/v1\/sourcepackage\/\d+\/$/ };
const fieldError = (resource, field) => ({ status: 400, body: { [resource]: { [field]: some } } });

const statuses = [
  same('POST', POST('sourcepackage/', { name: '{name}' }, MINIMAL), '201 and where it is', empty(201, LOCATION)),
  same('PATCH', PATCH('sourcepackage/{package}/', { name: '{name}x' }, MINIMAL), '202, nothing else', empty(202)),
  same('PUT', PUT('sourcepackage/{package}/', { name: '{name}x' }, MINIMAL), '204', empty(204)),
  same(
    'PUT of an id that was never there',
    PUT('sourcepackage/900/', { name: '{name}' }, MINIMAL),
    '201',
    empty(201, LOCATION),
  ),
  same('DELETE', DELETE('sourcepackage/{package}/'), '204', empty(204, { 'content-type': null })),
  same('GET after DELETE', [DELETE('sourcepackage/{package}/'), GET('sourcepackage/{package}/')], '404', {
    status: 404,
  }),
  ...[GET, DELETE].map((verb) =>
    same(`${verb('').method} of nothing`, verb('sourcepackage/987654/'), '404', { status: 404 }),
  ),
  same('PATCH of nothing', PATCH('sourcepackage/987654/', { name: '{name}' }), '404', { status: 404 }),
  same('no number as an id', GET('sourcepackage/abc/'), '404 with an error_message', {
    status: 404,
    body: { error_message: some },
  }),
  ...[
    ['POST', POST('sourcepackage/', { name: '{name}' }), 201],
    ['PATCH', PATCH('sourcepackage/{package}/', { name: '{name}' }), 202],
  ].map(([name, ask, status]) =>
    differs(
      'written-objects',
      `the answer to a ${name}`,
      ask,
      `${status} without a body, unless always_return_data is set`,
      empty(status),
      { status, body: { name: '{name}' } },
    ),
  ),
  differs(
    'written-objects',
    'the answer to a PUT',
    PUT('sourcepackage/{package}/', { name: '{name}' }),
    '204, unless always_return_data is set',
    empty(204),
    { status: 200, body: { name: '{name}' } },
  ),
];

const kept = [
  same(
    'a member that there is not',
    [PATCH('sourcepackage/{package}/', { nosuch: 1, name: '{name}y' }), GET('sourcepackage/{package}/')],
    'passed over',
    { status: 200, body: { name: '{name}y' } },
  ),
  same(
    'a PUT that leaves fields out',
    [PATCH('ticket/{ticket}/', { bug_id: '7' }), PUT('ticket/{ticket}/', { title: '{name}' }), GET('ticket/{ticket}/')],
    'what may be null and is left out keeps its value',
    { status: 200, body: { bug_id: '7', title: '{name}' } },
  ),
  same('a number as a text', [PATCH('ticket/{ticket}/', { title: 5 }), GET('ticket/{ticket}/')], 'its text', {
    status: 200,
    body: { title: '5' },
  }),
  same(
    'raw UTF-8',
    [POST('sourcepackage/', { name: '{name}ü' }), GET('sourcepackage/?name__startswith={name}')],
    'unescaped',
    {
      status: 200,
      text: /ü/,
    },
  ),
];

const wrong = [
  same('JSON that is none', RAW('POST', 'sourcepackage/', '{'), '400 with its text', {
    status: 400,
    body: { error: 'Request is not valid JSON.' },
  }),
  same(
    'what a form refuses',
    POST('person/', { name: '{name}', email: 'nobody' }),
    'the texts of each field',
    fieldError('person', 'email'),
  ),
  differs(
    'missing-field',
    'a required reference that is missing',
    POST('spu/', { version: '{name}' }),
    'one text for the whole body',
    {
      status: 400,
      body: { error: /^The 'sourcepackage' field has no data and doesn't allow a default or null value\./ },
    },
    fieldError('spu', 'sourcepackage'),
  ),
  differs(
    'missing-field',
    'a required text that is missing',
    POST('binarypackage/', { sourcepackage: '/api/v1/sourcepackage/{package}/', version: '1' }),
    'empty, unless a form looks at it',
    { status: 201 },
    fieldError('binarypackage', 'name'),
  ),
  differs(
    'json-top-level',
    'an array in place of an object',
    RAW('POST', 'sourcepackage/', '[]'),
    'an object whose texts are empty',
    { status: 201 },
    { status: 400, body: { error: /must be a JSON object/ } },
  ),
  ofPostgres(
    differs(
      'nul',
      'a NUL in a text',
      POST('sourcepackage/', { name: '{name}\u0000' }),
      'fails where Postgres refuses it',
      { status: 500 },
      fieldError('sourcepackage', 'name'),
    ),
  ),
  ofPostgres(
    differs(
      'over-long',
      'a text that is too long',
      POST('person/', { name: '{name}', email: `${'e'.repeat(250)}@example.com` }),
      'fails where Postgres refuses it, unless a form looks at it',
      { status: 500 },
      fieldError('person', 'email'),
    ),
  ),
  differs(
    'null',
    'null in a field that has none',
    PATCH('sourcepackage/{package}/', { name: null }),
    'passed over',
    { status: 202 },
    fieldError('sourcepackage', 'name'),
  ),
  differs(
    'known-package',
    'a second object with a unique name',
    [POST('sourcepackage/', { name: '{name}' }), POST('sourcepackage/', { name: '{name}' })],
    'fails: the database refuses it',
    { status: 500 },
    { status: 201, body: { name: '{name}' } },
  ),
  ...['nonsense', '5000'].map((status) =>
    differs(
      'workflow-values',
      `status ${status}`,
      PATCH('ticket/{ticket}/', { status }),
      'any text',
      { status: 202 },
      fieldError('ticket', 'status'),
    ),
  ),
  differs(
    'empty-status-report',
    'a status report that names neither',
    PATCH('updateticketstatus/{ticket}/', { stauts: '100' }),
    'nothing happens, and that is fine',
    { status: 202 },
    { status: 400, body: { error: /stauts/ } },
  ),
  differs(
    'put-again',
    'PUT to an id that was deleted',
    [DELETE('person/{person}/'), PUT('person/{person}/', { name: '{name}', email: 'ann@example.com' })],
    'makes it again',
    { status: 201 },
    { status: 409 },
  ),
  differs(
    'put-again',
    'PUT far beyond the highest id',
    PUT('person/1999999999/', { name: '{name}', email: 'ann@example.com' }),
    'makes it',
    { status: 201 },
    { status: 400, body: { code: 'id.too_high' } },
  ),
];

const referred = [
  differs(
    'delete-referenced',
    'DELETE of what another refers to',
    [
      POST('spu/', { sourcepackage: '/api/v1/sourcepackage/{package}/', version: '1' }),
      DELETE('sourcepackage/{package}/'),
    ],
    'takes the others along',
    { status: 204 },
    { status: 409 },
  ),
  differs('error-bodies', 'the body of a 404', GET('sourcepackage/987654/'), 'none', empty(404), {
    status: 404,
    body: only('error_message', 'code', 'request_id'),
  }),
  differs(
    'error-bodies',
    'the body of a 400',
    GET('sourcepackage/?limit=x'),
    'error and nothing else',
    { status: 400, body: only('error') },
    { status: 400, body: only('error', 'code', 'request_id') },
  ),
  differs(
    'error-bodies',
    'the body of a 405',
    POST('ticketstatus/', {}),
    'the verbs, as text',
    { status: 405, text: /^[A-Z,]*$/ },
    { status: 405, body: { code: 'method.not_allowed' } },
  ),
];

export const WRITING = [...statuses, ...kept, ...wrong, ...referred];
