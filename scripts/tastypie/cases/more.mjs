// What Tastypie hasn't: keys, versions, repeats that are safe, waits, histories.
import { differs, GET, PATCH, POST, same } from '../case.mjs';

const ONCE = { 'Idempotency-Key': '{name}', Prefer: 'return=minimal' };

export const MORE = [
  same('?username=&api_key= on an open server', GET('ticket/?id={ticket}&username=ci&api_key=x'), 'passed over', {
    status: 200,
    body: { meta: { total_count: 1 } },
  }),
  differs(
    'keys',
    "a ticket's key in place of its id",
    [POST('ticket/', { title: '{name}', key: 'CASE-{ticket}' }), GET('ticket/CASE-{ticket}/')],
    '404',
    { status: 404 },
    { status: 200, body: { title: '{name}' } },
  ),
  differs(
    'versions',
    'the ETag of an object',
    GET('ticket/{ticket}/'),
    'none',
    { status: 200, headers: { etag: null } },
    { status: 200, headers: { etag: '"1"' } },
  ),
  differs(
    'versions',
    'If-Match that does not match',
    PATCH('ticket/{ticket}/', { title: 'x' }, { 'If-Match': '"9"' }),
    'passed over',
    { status: 202 },
    { status: 412 },
  ),
  differs(
    'versions',
    'If-None-Match',
    GET('ticket/{ticket}/', { 'If-None-Match': '"1"' }),
    'passed over',
    { status: 200 },
    { status: 304 },
  ),
  differs(
    'repeats',
    'the same POST twice with an Idempotency-Key',
    [
      POST('ticket/', { title: '{name}' }, ONCE),
      POST('ticket/', { title: '{name}' }, ONCE),
      GET('ticket/?title={name}'),
    ],
    'two objects',
    { status: 200, body: { meta: { total_count: 2 } } },
    { status: 200, body: { meta: { total_count: 1 } } },
  ),
  differs(
    'waits',
    'a wait for what there is not',
    GET('ticket/{ticket}/?wait=1&until=nosuch'),
    'passed over',
    { status: 200 },
    { status: 400 },
  ),
  differs(
    'history',
    "a ticket's history",
    GET('ticket/{ticket}/history/'),
    '404',
    { status: 404 },
    { status: 200, body: { meta: { total_count: 1 } } },
  ),
  differs(
    'closing',
    'closing',
    POST('ticket/{ticket}/close/', {}),
    'not implemented',
    { status: [404, 501] },
    { status: [200, 202] },
  ),
];
