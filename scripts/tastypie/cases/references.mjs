// References to other objects in bodies.
import { differs, POST, same, some } from '../case.mjs';

const MINIMAL = { Prefer: 'return=minimal' };
const upload = (sourcepackage) => POST('spu/', { sourcepackage, version: '{name}' }, MINIMAL);
const MADE = { status: 201 };
const NOWHERE = {
  status: 400,
  body: { error: /^Could not find the provided (sourcepackage )?object via resource URI/ },
};
const uri = '/api/v1/sourcepackage/{package}/';

export const REFERENCES = [
  same('a URI', upload(uri), 'the object there', MADE),
  same('a URI without the last slash', upload('/api/v1/sourcepackage/{package}'), 'likewise', { status: [201, 404] }),
  same('an absolute URI', upload(`http://testserver${uri}`), 'likewise', MADE),
  same('a URI that leads nowhere', upload('/api/v1/sourcepackage/987654/'), 'refused with its text', NOWHERE),
  same('an empty text', upload(''), 'refused with its text', NOWHERE),
  same('an object with a resource_uri', upload({ resource_uri: uri }), 'the object there', MADE),
  same('an object with an id', upload({ id: '#{package}' }), 'the object with that id', MADE),
  differs(
    'null',
    'null where there must be one',
    upload(null),
    'fails in the database',
    { status: 500 },
    { status: 400, body: { spu: { sourcepackage: some } } },
  ),
  differs('plain-ids', 'a number', upload('#{package}'), 'refused', { status: 400 }, MADE),
  differs('plain-ids', 'a number as a text', upload('{package}'), '404', { status: [400, 404] }, MADE),
  differs(
    'wrong-uri',
    "another resource's URI",
    upload('/api/v1/person/{person}/'),
    '404',
    { status: 404 },
    { status: 400, body: { error: some } },
  ),
  differs(
    'object-reference',
    'an object with a unique name',
    upload({ name: '{name}' }),
    'the one of that name is changed, or a new one made',
    MADE,
    { status: 400 },
  ),
];
