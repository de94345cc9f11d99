// PUT, PATCH and DELETE of whole lists.
import { DELETE, differs, GET, PATCH, POST, PUT, same, some } from '../case.mjs';

const uri = '/api/v1/sourcepackage/{package}/';
const MINIMAL = { Prefer: 'return=minimal' };
const about = GET('sourcepackage/?name__startswith={name}');
const found = (count, ...objects) => ({
  status: 200,
  body: { meta: { total_count: count }, ...(objects.length > 0 ? { objects } : {}) },
});

const patched = [
  same('PATCH of a list', PATCH('sourcepackage/', { objects: [] }, MINIMAL), '202', { status: 202, text: '' }),
  same(
    'one with a resource_uri',
    [PATCH('sourcepackage/', { objects: [{ resource_uri: uri, name: '{name}x' }] }), about],
    'is changed',
    found(1, { name: '{name}x', id: '#{package}' }),
  ),
  same('one without', [PATCH('sourcepackage/', { objects: [{ name: '{name}new' }] }), about], 'is made', found(1)),
  same(
    'deleted_objects',
    [PATCH('sourcepackage/', { objects: [], deleted_objects: [uri] }), about],
    'are gone',
    found(0),
  ),
  same('neither objects nor deleted_objects', PATCH('sourcepackage/', {}), 'refused', {
    status: 400,
    body: { error: some },
  }),
  differs(
    'patch-list-deletes',
    'deleted_objects without objects',
    PATCH('sourcepackage/', { deleted_objects: [uri] }),
    'refused',
    { status: 400, body: { error: "Invalid data sent: missing 'objects'" } },
    { status: 202 },
  ),
  same(
    'a list of which one is wrong',
    PATCH('person/', { objects: [{ name: '{name}', email: 'ann@example.com' }, { name: '{name}' }] }),
    'is refused as a whole',
    { status: 400 },
  ),
  differs(
    'patch-list-id',
    'one with an id and no resource_uri',
    PATCH('sourcepackage/', { objects: [{ id: '#{package}', name: '{name}x' }] }),
    'overwrites that object',
    { status: 202 },
    { status: 400, body: { code: 'list.id_without_uri' } },
  ),
  differs(
    'patch-list-absent',
    'one whose resource_uri leads nowhere',
    PATCH('sourcepackage/', { objects: [{ resource_uri: '/api/v1/sourcepackage/987654/', name: '{name}' }] }),
    'is made, with another id',
    { status: 202 },
    { status: 400, body: { error: some } },
  ),
  differs(
    'wrong-uri',
    "another resource's URI in a list",
    PATCH('sourcepackage/', { objects: [{ resource_uri: '/api/v1/person/1/', name: '{name}' }] }),
    '404',
    { status: 404 },
    { status: 400, body: { error: some } },
  ),
];

const whole = [
  same('DELETE with a filter', [DELETE('sourcepackage/?id={package}'), about], 'what it finds is gone', found(0)),
  differs(
    'delete-all',
    'DELETE without a filter',
    DELETE('binarypackage/'),
    'everything is gone',
    { status: 204 },
    { status: 400, body: { code: 'delete.unfiltered' } },
  ),
  differs(
    'delete-paged',
    'DELETE with a limit',
    DELETE('sourcepackage/?id={package}&limit=1'),
    'the limit is passed over',
    { status: 204 },
    { status: 400, body: { code: 'delete.paged' } },
  ),
  differs(
    'put-list',
    'PUT of a list',
    PUT('binarypackage/', { objects: [] }),
    'everything is replaced',
    { status: [200, 204] },
    { status: 405, headers: { allow: 'GET,POST,PATCH,DELETE' } },
  ),
  differs(
    'post-detail',
    'POST to an object',
    POST('sourcepackage/{package}/', { name: '{name}' }),
    'not implemented',
    { status: 501 },
    { status: 405, headers: { allow: 'GET,PUT,PATCH,DELETE' } },
  ),
];

export const COLLECTIONS = [...patched, ...whole];
