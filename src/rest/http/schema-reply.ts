// `/schema/`: what a resource's fields are and what may be asked of them, in Tastypie's words.
import type { Field } from '../fields/field.js';
import { lookupsOf } from '../reading/lookups.js';
import type { Resource } from '../resource.js';

const TYPES: Readonly<Record<Field['kind'], string>> = {
  id: 'integer',
  integer: 'integer',
  text: 'string',
  boolean: 'boolean',
  time: 'datetime',
  reference: 'related',
  references: 'related',
  json: 'dict',
  step: 'string',
  status: 'string',
};

function describeField(field: Field): object {
  return {
    type: TYPES[field.kind],
    ...(field.target
      ? {
          related_type: field.kind === 'references' ? 'to_many' : 'to_one',
          related_schema: `/api/v1/${field.target}/schema/`,
        }
      : {}),
    nullable: field.nullable,
    blank: !field.required,
    readonly: field.readonly,
    unique: field.unique,
    help_text: field.help,
    default: field.initial ?? (field.required || field.readonly ? 'No default provided.' : null),
    ...(field.choices ? { choices: field.choices } : {}),
    ...(field.maxLength ? { max_length: field.maxLength } : {}),
  };
}

const IMPLICIT = {
  id: {
    type: 'integer',
    nullable: false,
    blank: true,
    readonly: true,
    unique: true,
    help_text: 'The number of the object.',
    default: '',
  },
  resource_uri: {
    type: 'string',
    nullable: false,
    blank: true,
    readonly: true,
    unique: false,
    help_text: 'Where the object is.',
    default: 'No default provided.',
  },
};

export function describeSchema(resource: Resource): object {
  const shown = resource.fields.filter(
    (field) => field.writeOnly || (resource.view?.only?.includes(field.name) ?? true),
  );
  const columns = resource.fields.filter((field) => !field.writeOnly);
  const verbs = resource.verbs.map((verb) => verb.toLowerCase());
  const notOnLists = ['put', ...(resource.without?.includes('patchList') ? ['patch'] : [])];
  return {
    allowed_detail_http_methods: verbs.filter((verb) => verb !== 'post'),
    allowed_list_http_methods: verbs.filter((verb) => !notOnLists.includes(verb)),
    default_format: 'application/json',
    default_limit: 20,
    fields: { ...Object.fromEntries(shown.map((field) => [field.name, describeField(field)])), ...IMPLICIT },
    filtering: Object.fromEntries(
      columns.filter((field) => field.filterable).map((field) => [field.name, lookupsOf(field)]),
    ),
    ordering: ['id', ...columns.filter((field) => field.orderable).map((field) => field.name)],
  };
}
