// Texts of the OpenAPI document that belong to the dialect as a whole.
import type { ApiQueryOptions } from '@nestjs/swagger';
import { ID_SCHEMA } from '../../platform/whole-number.js';

/** The first tag: what scripts for such trackers have always called, in the order of a lander's day. */
export const DOCUMENTED_CALLS = 'The documented calls';

export const LIST_PARAMETERS: readonly ApiQueryOptions[] = [
  {
    name: 'limit',
    required: false,
    description: 'Objects on a page: 20 unless you ask; 0 means 1000, the most there is.',
    schema: { type: 'integer', minimum: 0, maximum: 1000 },
  },
  { name: 'offset', required: false, description: 'Objects to skip.', schema: { type: 'integer', minimum: 0 } },
  {
    name: 'after',
    required: false,
    description: 'Pages by id in constant time: 0 first, then follow `meta.next`. `total_count` is null.',
    schema: { ...ID_SCHEMA, minimum: 0 },
  },
  {
    name: 'order_by',
    required: false,
    description: 'A field, `-field` for the other way round; `relation__field` works too.',
    schema: { type: 'string', examples: ['-id'] },
  },
];

export const DIALECT_TEXT = `Stampline keeps a ticket for each change on its way to production, over the wire contract of Django + Tastypie: existing scripts work unchanged.

**Lists** answer \`{"meta": {limit, next, offset, previous, total_count}, "objects": [...]}\`. Page with \`limit\` and \`offset\`, or by id with \`?after=0\` and then \`meta.next\`.

**Filters**: every field can be asked as \`field=value\` or \`field__lookup=value\`, through references too (\`sourcepackage__name__startswith=lib\`). Lookups: \`exact iexact contains icontains startswith istartswith endswith iendswith gt gte lt lte in range isnull regex iregex\`, and on times \`year month day\`. \`in\` takes a comma list. A field that doesn't exist is refused with 400: a misspelt filter must not return everything.

**References** are URIs (\`/api/v1/ticket/1/\`) or plain ids. A ticket's key (\`TKT-7\`) works wherever its id does.

**Writing**: unknown and read-only fields are ignored. \`Idempotency-Key\` makes a repeat safe, \`If-Match\` guards against overwriting, \`Prefer: return=minimal\` leaves the body out. The last slash of a URL may be left out.

**Errors** are \`{"error": "…"}\` or \`{"<resource>": {"<field>": ["…"]}}\`, always with a stable \`code\` and a \`request_id\`; with \`Accept: application/problem+json\` they are RFC 9457.

**Workflow**: 100 Queued, 200 Package Building, 300 Image Building, 400 Image Testing, 500 Package Publishing, 999 Failed, 1000 Complete. Status 000 waits, 001–998 is the tool's own, 999 failed, 1000 complete.`;
