// Filters and lookups, and what is empty in them.
import { differs, GET, ofPostgres, PATCH, POST, same } from '../case.mjs';

const MISMATCH = { status: 400, body: { error: 'Invalid resource lookup data provided (mismatched type).' } };
const found = (count) => ({ status: 200, body: { meta: { total_count: count } } });
const error = (text) => ({ status: 400, body: { error: text } });

/** A package `{name}`, and how many a query finds that is about it. */
const finds = (query, count, says = 'as Django does') =>
  same(`?${query}`, GET(`sourcepackage/?id={package}&${query}`), says, found(count));

const lookups = [
  finds('name={name}', 1),
  finds('name__exact={name}', 1),
  finds('name__iexact=CASE-nothing', 0),
  finds('name__contains=ase-', 1),
  ofPostgres(finds('name__contains=ASE-', 0)),
  finds('name__icontains=ASE-', 1),
  finds('name__startswith=case', 1),
  finds('name__istartswith=CASE', 1),
  finds('name__endswith=x', 0),
  finds('name__iendswith=X', 0),
  finds('name__contains=%25', 0, '% is a sign like any other'),
  finds('name__contains=_', 0, '_ is a sign like any other'),
  finds('name__in=x,{name}', 1, 'a list with commas'),
  finds('name__in=x&name__in={name}', 1, 'a repeated parameter'),
  finds('name__regex=^case-', 1),
  finds('name__iregex=^CASE-', 1),
  finds('name__isnull=True', 0),
  finds('name__isnull=false', 1),
  finds('name=other&name={name}', 1, 'the last counts'),
  finds('id__gte={package}', 1),
  finds('id__gt={package}', 0),
  finds('id__lt={package}', 0),
  finds('id__range={package},{package}', 1),
  finds('_=1700000000', 1, "no field: jQuery's cache buster"),
  finds('format=json', 1, 'no field'),
  finds('name=', 0, 'texts that are empty'),
  finds('name__in=', 0, 'none'),
  finds('name__contains=', 1, 'every text'),
  same('a relation by its id', GET('spu/?sourcepackage={package}&id={upload}'), 'the id of the other', found(1)),
  same('a relation, __id', GET('spu/?sourcepackage__id={package}&id={upload}'), 'likewise', found(1)),
  same(
    'a field of a relation',
    GET('spu/?id={upload}&sourcepackage__name={name}'),
    'where relations are allowed',
    found(1),
  ),
  same('true', GET('person/?is_team=false&id={person}'), 'true and false, small or large', found(1)),
  same('True', GET('person/?is_team=True&id={person}'), 'likewise', found(0)),
  same('None', GET('ticket/?bug_id=None&id={ticket}'), 'null', found(1)),
];

const refused = (query, text, resource = 'sourcepackage') =>
  same(`${resource}/?${query}`, GET(`${resource}/?${query}`), 'refused with its text', error(text));

const refusals = [
  same('id=abc', GET('sourcepackage/?id=abc'), 'refused', MISMATCH),
  same('id=', GET('sourcepackage/?id='), 'refused', MISMATCH),
  same('sourcepackage=', GET('spu/?sourcepackage='), 'refused', MISMATCH),
  refused('name__nosuch=x', "The 'name' field does not support relations."),
  refused('settings=1', "The 'settings' field does not allow filtering.", 'project'),
  same('a day that there is not', GET('ticket/?created_at__gte=2026-11-31'), 'refused', { status: 400 }),
  same(
    'a time without an offset',
    GET('ticket/?id={ticket}&created_at__gte=2020-01-01T00:00:00'),
    'compared',
    found(1),
  ),
];

const differences = [
  ...['nosuch=1', 'callback=x'].map((query) =>
    differs(
      'unknown-filter',
      `?${query}`,
      GET(`sourcepackage/?id={package}&${query}`),
      'passed over: the whole list',
      found(1),
      error(/^Unknown field '\w+' in a filter of sourcepackage\. Known: /),
    ),
  ),
  differs(
    'uri-filters',
    'a relation by its URI',
    GET('spu/?id={upload}&sourcepackage=/api/v1/sourcepackage/{package}/'),
    'refused: no number',
    MISMATCH,
    found(1),
  ),
  differs(
    'numeric-steps',
    'steps are compared',
    [
      PATCH('ticket/{ticket}/', { current_workflow_step: '1000' }),
      GET('ticket/?id={ticket}&current_workflow_step__gte=300'),
    ],
    'as texts: 1000 is before 300',
    found(0),
    found(1),
  ),
  differs(
    'times',
    'times in objects',
    [POST('ticket/', { title: '{name}' }), GET('ticket/?title={name}')],
    'without an offset',
    { status: 200, body: { objects: [{ created_at: /^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?$/ }] } },
    { status: 200, body: { objects: [{ created_at: /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/ }] } },
  ),
  ofPostgres(
    differs(
      'large-ids',
      'an id of more than 32 bits',
      GET('ticket/?id=9007199254740991'),
      'ids end at 2147483647',
      { status: [400, 500] },
      found(0),
    ),
  ),
];

export const FILTERS = [...lookups, ...refusals, ...differences];
