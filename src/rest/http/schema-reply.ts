// `/schema/`: what a resource's fields are and what may be asked of them, in Tastypie's words. Strict clients convert every field
// by its type here.
import { statusText } from '../../workflow/steps.js';
import type { Field } from '../fields/field.js';
import { ID_LOOKUPS, lookupsOf } from '../reading/lookups.js';
import type { Nesting, Resource } from '../resource.js';

const TYPES: Readonly<Record<Field['kind'], string>> = {
  id: 'integer',
  integer: 'integer',
  text: 'string',
  boolean: 'boolean',
  // Tastypie's `datetime` has no offset, and clients that parse it strictly fail at one.
  time: 'string',
  reference: 'related',
  references: 'related',
  json: 'dict',
  step: 'string',
  status: 'string',
};

const NO_DEFAULT = 'No default provided.';

function defaultOf({ kind, initial, usual, nullable, readonly, required }: Field): unknown {
  // Steps and statuses leave as texts.
  if (typeof usual === 'number') return kind === 'status' ? statusText(usual) : String(usual);
  return initial ?? (nullable && !readonly && !required ? null : NO_DEFAULT);
}

/** What a view shows inside: whole objects of another resource that lead here. */
const describeChildren = ({ children = [] }: Nesting): [string, object][] =>
  children.map(({ name, resource }) => [
    name,
    {
      type: 'related',
      related_type: 'to_many',
      related_schema: `/api/v1/${resource}/schema/`,
      nullable: false,
      blank: true,
      readonly: true,
      unique: false,
      help_text: 'Whole, and not by their URIs.',
      default: NO_DEFAULT,
      ...named(name),
    },
  ]);

/** What newer Tastypies say of every field, too. */
const named = (name: string): object => ({ primary_key: name === 'id', verbose_name: name.replaceAll('_', ' ') });

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
    help_text: field.kind === 'time' ? `${field.help} RFC 3339, UTC.` : field.help,
    default: defaultOf(field),
    ...named(field.name),
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
    help_text: 'The id of the object.',
    default: '',
    ...named('id'),
  },
  resource_uri: {
    type: 'string',
    nullable: false,
    blank: true,
    readonly: true,
    unique: false,
    help_text: 'The URI of the object.',
    default: NO_DEFAULT,
    ...named('resource_uri'),
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
    fields: {
      ...Object.fromEntries(shown.map((field) => [field.name, describeField(field)])),
      ...Object.fromEntries(describeChildren(resource.view ?? {})),
      ...IMPLICIT,
    },
    filtering: {
      id: ID_LOOKUPS,
      ...Object.fromEntries(columns.filter((field) => field.filterable).map((field) => [field.name, lookupsOf(field)])),
    },
    ordering: ['id', ...columns.filter((field) => field.orderable).map((field) => field.name)],
  };
}
