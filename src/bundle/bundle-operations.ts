// POST /api/v1/bundle/.
import { versionTag } from '../rest/http/entity-tag.js';
import { schemaNamed } from '../rest/http/documented.js';
import { writeOptions } from '../rest/http/reply.js';
import { bodyBy } from '../rest/operations/operation-body.js';
import { writeOperation } from '../rest/operations/operation.js';
import { nowhere } from '../rest/operations/places.js';
import { resourceNamed, uriOf } from '../rest/resource.js';
import { readBundle } from './bundle-body.js';
import { BUNDLE_EXAMPLE, BUNDLE_SCHEMA } from './bundle-schema.js';
import { CreateBundle } from './create-bundle.js';

export const createBundle = writeOperation({
  name: 'create_bundle',
  route: 'POST bundle',
  at: nowhere('written'),
  needs: 'ticket:write',
  tag: 'Tickets',
  summary: 'Create a ticket with all its parts',
  description:
    'Links, people, components, source packages, uploads, subtickets and artifacts in one transaction. If any part is not valid, nothing is stored, and the error names the part.',
  body: bodyBy(readBundle, { schema: BUNDLE_SCHEMA, example: BUNDLE_EXAMPLE }),
  reply: { status: 201, description: 'The full ticket. `Location` is the ticket.', schema: schemaNamed('Fullticket') },
  failures: [400, 409, 413, 415, 422],
  use: CreateBundle,
  write: (bundles, { body: bundle, request }) => {
    const options = writeOptions(request);
    return async (tx) => {
      const { id, version, body } = await bundles.run(tx, bundle, options);
      const location = uriOf(resourceNamed('ticket'), id);
      return { status: 201, body, location, etag: versionTag(version) };
    };
  },
});
