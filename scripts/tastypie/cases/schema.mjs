// /api/v1/ and schema/: what clients that read them rely on.
import { differs, GET, same, some } from '../case.mjs';

const field = (type, more = {}) => ({
  type,
  nullable: some,
  blank: some,
  readonly: some,
  unique: some,
  primary_key: some,
  help_text: some,
  verbose_name: some,
  ...more,
});
const related = (resource) =>
  field('related', { related_type: 'to_one', related_schema: `/api/v1/${resource}/schema/` });

export const SCHEMA = [
  same('the index', GET(''), 'a list and a schema for each resource', {
    status: 200,
    body: {
      sourcepackage: { list_endpoint: '/api/v1/sourcepackage/', schema: '/api/v1/sourcepackage/schema/' },
      updateticketstatus: { schema: '/api/v1/updateticketstatus/schema/' },
    },
  }),
  same('the index with ?fullschema=true', GET('?fullschema=true'), 'each schema in place of its address', {
    status: 200,
    body: { sourcepackage: { schema: { fields: { name: field('string') } } } },
  }),
  same('a schema', GET('spu/schema/'), 'formats, methods, fields, filters, orderings', {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: {
      default_format: 'application/json',
      default_limit: 20,
      allowed_list_http_methods: some,
      allowed_detail_http_methods: some,
      filtering: some,
      ordering: some,
      fields: {
        id: field('integer', { unique: true, primary_key: true, verbose_name: /^id$/i }),
        version: field('string', { primary_key: false }),
        sourcepackage: related('sourcepackage'),
        resource_uri: field('string', { readonly: true, verbose_name: 'resource uri' }),
      },
    },
  }),
  same('booleans', GET('person/schema/'), 'have their type and default', {
    status: 200,
    body: { fields: { is_team: field('boolean', { default: false }) } },
  }),
  same('defaults', GET('ticket/schema/'), 'are what a POST gives', {
    status: 200,
    body: { fields: { current_workflow_step: { default: '100' }, status: { default: '000' } } },
  }),
  same('no default', GET('sourcepackage/schema/'), 'said in words', {
    status: 200,
    body: { fields: { name: { default: 'No default provided.' } } },
  }),
  differs(
    'times',
    'the type of times',
    GET('ticket/schema/'),
    'datetime',
    { status: 200, body: { fields: { created_at: { type: 'datetime' } } } },
    { status: 200, body: { fields: { created_at: { type: 'string', help_text: /RFC 3339, UTC/ } } } },
  ),
];
