// Which methods there are: Allow, OPTIONS, HEAD, overrides, and addresses without the last slash.
import { DELETE, differs, GET, HEAD, OPTIONS, PATCH, POST, PUT, same } from '../case.mjs';

const READ_ONLY = { status: 405, headers: { allow: 'GET' } };
const override = (method) => ({ 'X-HTTP-Method-Override': method, Prefer: 'return=minimal' });

const allowed = [
  same('OPTIONS of what is only read', OPTIONS('ticketstatus/'), '200 and Allow, without spaces', {
    status: 200,
    headers: { allow: 'GET' },
  }),
  same('OPTIONS of a report', OPTIONS('updateticketstatus/{ticket}/'), 'its only verb', {
    status: 200,
    headers: { allow: 'PATCH' },
  }),
  same('OPTIONS of a list that has no verb', OPTIONS('updateticketstatus/'), 'an empty Allow', {
    status: 200,
    headers: { allow: '' },
  }),
  same('GET of a list that has no verb', GET('updateticketstatus/'), '405, Allow empty', {
    status: 405,
    headers: { allow: '' },
  }),
  ...[POST('ticketstatus/', {}), PATCH('opentickets/', {}), DELETE('ticketstatus/{ticket}/')].map((ask) =>
    same(`${ask.method} of what is only read`, ask, '405 and Allow', READ_ONLY),
  ),
  ...[POST, PUT, PATCH].map((verb) =>
    same(`${verb('').method} of a schema`, verb('ticket/schema/', {}), '405 and Allow', READ_ONLY),
  ),
  same('DELETE of a schema', DELETE('ticket/schema/'), '405 and Allow', READ_ONLY),
  same('POST to a set', POST('ticket/set/{ticket}/', {}), '405 and Allow', READ_ONLY),
  differs('head', 'HEAD', HEAD('sourcepackage/{package}/'), '405', { status: 405 }, { status: 200, text: '' }),
];

const overridden = [
  same('POST as PATCH', POST('sourcepackage/{package}/', { name: '{name}x' }, override('PATCH')), 'a PATCH', {
    status: 202,
  }),
  same('POST as PUT', POST('sourcepackage/{package}/', { name: '{name}x' }, override('PUT')), 'a PUT', { status: 204 }),
  same('POST as DELETE', POST('sourcepackage/{package}/', undefined, override('DELETE')), 'a DELETE', { status: 204 }),
  same('POST as a method that the resource lacks', POST('ticketstatus/', {}, override('DELETE')), '405', READ_ONLY),
  differs(
    'override',
    'GET as DELETE',
    GET('sourcepackage/{package}/', override('DELETE')),
    'a DELETE',
    { status: 204 },
    { status: 200 },
  ),
  differs(
    'override',
    'POST as a method that there is not',
    POST('sourcepackage/{package}/', {}, override('TRACE')),
    '405',
    { status: 405 },
    { status: 400, body: { code: 'method.override_unknown' } },
  ),
];

export const METHODS = [
  ...allowed,
  ...overridden,
  differs(
    'slash',
    'without the last slash',
    GET('sourcepackage/{package}'),
    "Django's redirect",
    { status: [301, 404] },
    { status: 200, body: { name: '{name}' } },
  ),
];
