// What is asked for by Accept and format, and what a body is by its Content-Type.
import { differs, GET, POST, RAW, same, some } from '../case.mjs';

const JSON_200 = { status: 200, headers: { 'content-type': 'application/json' } };
const accepts = (Accept) => same(`Accept: ${Accept}`, GET('sourcepackage/{package}/', { Accept }), 'JSON', JSON_200);
const NOT_BUILT = { status: 406, body: { code: 'format.not_built' } };
const body = '{"name": "{name}"}';
const typed = (type) => RAW('POST', 'sourcepackage/', body, type === undefined ? {} : { 'Content-Type': type });

const asked = [
  same('no Accept', GET('sourcepackage/{package}/'), 'JSON, without a charset', JSON_200),
  ...['*/*', 'application/json', 'application/json;q=0.5', 'text/html', 'image/png', 'application/*'].map(accepts),
  same('?format=json', GET('sourcepackage/{package}/?format=json', { Accept: 'text/html' }), 'JSON', JSON_200),
  same('?format=', GET('sourcepackage/{package}/?format='), 'passed over', JSON_200),
  ...['application/xml', 'text/yaml'].map((Accept) =>
    differs(
      'formats',
      `Accept: ${Accept}`,
      GET('sourcepackage/{package}/', { Accept }),
      'that format, where its library is there',
      { status: 200, headers: { 'content-type': /xml|yaml|plist/ } },
      NOT_BUILT,
    ),
  ),
  differs(
    'formats',
    '?format=xml',
    GET('sourcepackage/{package}/?format=xml'),
    'XML',
    { status: 200, headers: { 'content-type': /xml/ } },
    NOT_BUILT,
  ),
  differs(
    'formats',
    '?format=nosuch',
    GET('sourcepackage/{package}/?format=nosuch'),
    'passed over',
    JSON_200,
    NOT_BUILT,
  ),
  differs(
    'accept-junk',
    'an Accept that is none',
    GET('sourcepackage/{package}/', { Accept: 'nonsense' }),
    'refused',
    { status: 400, body: { error: 'Invalid Accept header' } },
    JSON_200,
  ),
  differs(
    'problem-json',
    'Accept: application/problem+json',
    GET('sourcepackage/?limit=x', { Accept: 'application/problem+json' }),
    'errors as ever',
    { status: 400, headers: { 'content-type': 'application/json' }, body: { error: some } },
    { status: 400, headers: { 'content-type': 'application/problem+json' }, body: { title: 'Bad Request' } },
  ),
];

const sent = [
  ...[undefined, 'application/json', 'application/json; charset=utf-8'].map((type) =>
    same(`Content-Type: ${type ?? 'none'}`, typed(type), 'JSON', { status: 201 }),
  ),
  ...['text/plain', 'application/x-www-form-urlencoded'].map((type) =>
    same(`Content-Type: ${type}`, typed(type), 'refused', { status: 415 }),
  ),
  ...['Application/JSON', 'application/merge-patch+json'].map((type) =>
    differs('json-types', `Content-Type: ${type}`, typed(type), 'refused', { status: 415 }, { status: 201 }),
  ),
  same('the body of a wrong method', RAW('POST', 'ticketstatus/', '{'), 'is not looked at', { status: 405 }),
  same('a POST without a body', POST('sourcepackage/'), 'refused', { status: 400 }),
];

export const FORMATS = [...asked, ...sent];
