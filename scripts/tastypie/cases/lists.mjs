// Paging, ordering and sets of lists.
import { differs, GET, only, POST, same } from '../case.mjs';

const two = [POST('sourcepackage/', { name: '{name}a' }), POST('sourcepackage/', { name: '{name}b' })];
const own = 'name__startswith={name}';
const error = (text) => ({ status: 400, body: { error: text } });
const refused = (query, text) =>
  same(`?${query}`, GET(`sourcepackage/?${query}`), 'refused with its text', error(text));

const paging = [
  same('a list', [...two, GET(`sourcepackage/?${own}`)], 'meta and objects, 20 a page', {
    status: 200,
    headers: { 'content-type': 'application/json', vary: /Accept/, 'cache-control': /no-cache/ },
    body: {
      meta: { limit: 20, offset: 0, next: null, previous: null, total_count: 2 },
      objects: [{ name: '{name}a', resource_uri: /^\/api\/v1\/sourcepackage\/\d+\/$/ }, { name: '{name}b' }],
    },
  }),
  same('the next page', [...two, GET(`sourcepackage/?${own}&limit=1`)], 'a path that keeps the other parameters', {
    status: 200,
    body: { meta: { limit: 1, next: `/api/v1/sourcepackage/?${own}&limit=1&offset=1`, previous: null }, objects: [{}] },
  }),
  same('the page before', [...two, GET(`sourcepackage/?${own}&limit=1&offset=1`)], 'a path likewise', {
    status: 200,
    body: { meta: { next: null, previous: `/api/v1/sourcepackage/?${own}&limit=1&offset=0` } },
  }),
  same(
    'half a page before',
    [...two, GET(`sourcepackage/?${own}&limit=2&offset=1`)],
    'none: offset − limit is below 0',
    {
      status: 200,
      body: { meta: { next: null, previous: null }, objects: [{ name: '{name}b' }] },
    },
  ),
  same('past the end', [...two, GET(`sourcepackage/?${own}&offset=10`)], 'empty', {
    status: 200,
    body: { meta: { offset: 10, next: null, total_count: 2 }, objects: [] },
  }),
  ...['0', '1001', '99999'].map((limit) =>
    same(`limit=${limit}`, GET(`sourcepackage/?limit=${limit}`), 'the most that there is: 1000', {
      status: 200,
      body: { meta: { limit: 1000 } },
    }),
  ),
  same('limit twice', GET('sourcepackage/?limit=3&limit=2'), 'the last counts', {
    status: 200,
    body: { meta: { limit: 2 } },
  }),
  same('limit=+2', GET('sourcepackage/?limit=%2B2'), 'a number', { status: 200, body: { meta: { limit: 2 } } }),
  refused('limit=', "Invalid limit '' provided. Please provide a positive integer."),
  refused('limit=abc', "Invalid limit 'abc' provided. Please provide a positive integer."),
  refused('limit=1.5', "Invalid limit '1.5' provided. Please provide a positive integer."),
  refused('limit=-1', /^Invalid limit '-1' provided\. Please provide a positive integer (>=|&gt;=) 0\.$/),
  refused('offset=', "Invalid offset '' provided. Please provide an integer."),
  refused('offset=abc', "Invalid offset 'abc' provided. Please provide an integer."),
  refused('offset=-1', /^Invalid offset '-1' provided\. Please provide a positive integer (>=|&gt;=) 0\.$/),
  differs(
    'python-numbers',
    'a limit that only Python reads as a number',
    GET('sourcepackage/?limit=1_0'),
    '10',
    { status: 200, body: { meta: { limit: 10 } } },
    error(/^Invalid limit '1_0' provided/),
  ),
  differs(
    'after',
    '?after=',
    [...two, GET(`sourcepackage/?${own}&after=0`)],
    'no field, so passed over',
    { status: 200, body: { meta: { total_count: 2 } } },
    { status: 200, body: { meta: { total_count: null }, objects: [{}, {}] } },
  ),
];

const ordered = (query, first) =>
  same(`?${query}`, [...two, GET(`sourcepackage/?${own}&${query}`)], 'in this order', {
    status: 200,
    body: { objects: [{ name: `{name}${first}` }, {}] },
  });

const ordering = [
  ordered('order_by=name', 'a'),
  ordered('order_by=-name', 'b'),
  ordered('sort_by=-name', 'b'),
  ordered('order_by=-id&order_by=name', 'b'),
  same(
    'by a field of a relation',
    [
      POST('sourcepackage/', { name: '{name}z' }),
      POST('spu/', { sourcepackage: '/api/v1/sourcepackage/{package}/', version: '{name}' }),
      GET('spu/?version={name}&order_by=sourcepackage__name'),
    ],
    'allowed where the relation is',
    { status: 200, body: { objects: [{}] } },
  ),
  refused('order_by=nosuch', "No matching 'nosuch' field for ordering on."),
  refused('order_by=', "No matching '' field for ordering on."),
  refused('order_by=-', "No matching '' field for ordering on."),
  differs(
    'order-commas',
    'several orderings in one, with commas',
    [...two, GET(`sourcepackage/?${own}&order_by=-name,id`)],
    'no field has that name',
    error(/^No matching '-?name,id' field/),
    { status: 200, body: { objects: [{ name: '{name}b' }, {}] } },
  ),
];

const sets = [
  same('set/', GET('sourcepackage/set/{package};987654/'), 'the objects, and the ids that there are not', {
    status: 200,
    body: { objects: [{ name: '{name}' }], not_found: ['987654'] },
  }),
  same('set/ where all are there', GET('sourcepackage/set/{package}/'), 'no not_found', {
    status: 200,
    body: only('objects'),
  }),
  differs(
    'set-twice',
    'an id twice in a set',
    GET('sourcepackage/set/{package};{package}/'),
    'its object twice',
    { status: 200, body: { objects: [{}, {}] } },
    { status: 200, body: { objects: [{}] } },
  ),
  differs(
    'set-junk',
    'no number in a set',
    GET('sourcepackage/set/{package};abc/'),
    'fails',
    { status: [400, 500] },
    { status: 200, body: { objects: [{}], not_found: ['abc'] } },
  ),
];

export const LISTS = [...paging, ...ordering, ...sets];
