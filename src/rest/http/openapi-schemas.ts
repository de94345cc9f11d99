// The schemas of the resources, made from their fields: the object, what a POST takes, what a PATCH takes, the lists.
import { ID_SCHEMA, LARGEST_ID } from '../../platform/whole-number.js';
import { MOST_LISTED } from '../fields/field-decorators.js';
import type { Field } from '../fields/field.js';
import { allResources, type Resource, resourceNamed, type Verb, type ViewShape } from '../resource.js';
import { schemaName } from './operation-docs.js';

type Schema = Record<string, unknown>;

const TYPES: Readonly<Record<Field['kind'], Schema>> = {
  id: ID_SCHEMA,
  integer: { type: 'integer' },
  text: { type: 'string' },
  boolean: { type: 'boolean' },
  time: { type: 'string', format: 'date-time' },
  reference: { type: 'string' },
  references: { type: 'array', items: { type: 'string' } },
  json: { type: 'object', additionalProperties: true },
  step: { type: 'string', enum: ['100', '200', '300', '400', '500', '999', '1000'] },
  status: { type: 'string', pattern: '^([0-9]{3}|1000)$' },
};

/** A URI, or an id. */
const REFERENCE: Schema = { type: ['string', 'integer'], maximum: LARGEST_ID };

function nullable(schema: Schema, field: Field): Schema {
  if (!field.nullable) return schema;
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(schema.enum) ? { enum: [...(schema.enum as unknown[]), null] } : {}),
  };
}

function outSchema(field: Field): Schema {
  const { choices, format } = field;
  return {
    ...nullable(field.shape ?? TYPES[field.kind], field),
    ...(choices ? { enum: field.nullable ? [...choices, null] : choices } : {}),
    ...(format && format !== 'email' && format !== 'uri' ? { format } : {}),
    description: field.help,
    ...(field.example !== undefined ? { examples: [field.example] } : {}),
  };
}

function inSchema(field: Field): Schema {
  return { ...inShape(field), ...(field.scope === undefined ? {} : { 'x-scope': field.scope }) };
}

function inShape(field: Field): Schema {
  const base = outSchema(field);
  if (field.kind === 'reference' || field.kind === 'step' || field.kind === 'status') {
    return {
      type: ['string', 'integer', ...(field.nullable ? ['null'] : [])],
      ...(field.kind === 'reference' ? { maximum: LARGEST_ID } : {}),
      description: field.help,
      ...(field.example !== undefined ? { examples: [field.example] } : {}),
    };
  }
  if (field.kind === 'boolean') return { ...base, type: ['boolean', 'string'] };
  if (field.kind === 'references') return { ...base, items: REFERENCE, maxItems: MOST_LISTED };
  return {
    ...base,
    ...(field.maxLength ? { maxLength: field.maxLength } : {}),
    ...(field.initial !== undefined ? { default: field.initial } : {}),
  };
}

const named = (fields: readonly Field[], schemaOf: (field: Field) => Schema): Record<string, Schema> =>
  Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)]));

const ID: Schema = { ...ID_SCHEMA, description: 'The number of the object.', examples: [1] };
const URI = (resource: Resource): Schema => ({
  type: 'string',
  description: 'Where the object is.',
  examples: [`/api/v1/${resource.name}/1/`],
});

/** The object as a view shows it, with what is nested. */
function objectSchema(
  resource: Resource,
  shape: ViewShape & { only?: readonly string[] } = resource.view ?? {},
): Schema {
  const shown = resource.fields.filter(
    (field) => !field.writeOnly && (shape.only?.includes(field.name) ?? true) && !shape.omit?.includes(field.name),
  );
  const properties: Record<string, Schema> = { id: ID, ...named(shown, outSchema) };
  for (const [name, inner] of Object.entries(shape.whole ?? {})) {
    const field = shown.find((one) => one.name === name);
    const whole = objectSchema(resourceNamed(field?.target ?? ''), inner);
    properties[name] = field ? nullable(whole, field) : whole;
  }
  for (const child of shape.children ?? []) {
    properties[child.name] = {
      type: 'array',
      description: `The ${child.name} of the ${resource.noun}.`,
      items: objectSchema(resourceNamed(child.resource), child.view ?? resourceNamed(child.resource).view),
    };
  }
  if (!resource.hidden) properties.resource_uri = URI(resource);
  return { type: 'object', description: resource.docs.about, properties, required: Object.keys(properties) };
}

const META: Schema = {
  type: 'object',
  description: 'Where in the list this page is.',
  properties: {
    limit: { type: 'integer', description: 'Objects on a page.' },
    next: { type: ['string', 'null'], description: 'The next page.' },
    offset: { type: 'integer', description: 'Objects before this page.' },
    previous: { type: ['string', 'null'], description: 'The page before.' },
    total_count: { type: ['integer', 'null'], description: 'Objects in the list; null on `?after=` pages.' },
  },
  required: ['limit', 'next', 'offset', 'previous', 'total_count'],
};

/** The schemas that a resource's operations name. */
function schemasOf(resource: Resource): Record<string, Schema> {
  const name = schemaName(resource);
  const one = { $ref: `#/components/schemas/${name}` };
  const has = (verb: Verb): boolean => resource.verbs.includes(verb);
  return {
    [name]: objectSchema(resource),
    ...(has('GET') ? readSchemas(resource, name, one) : {}),
    ...(has('POST') ? { [`${name}Body`]: bodySchema(resource) } : {}),
    ...(has('PATCH') || has('PUT') ? { [`${name}Change`]: changeSchema(resource) } : {}),
    ...(has('PATCH') && has('GET') ? { [`${name}ListChange`]: listChangeSchema(resource) } : {}),
  };
}

function readSchemas(resource: Resource, name: string, one: Schema): Record<string, Schema> {
  const objects = { type: 'array', description: 'The objects.', items: one };
  const list = {
    type: 'object',
    description: `A page of ${resource.noun}s.`,
    properties: { meta: META, objects },
    required: ['meta', 'objects'],
  };
  const missing = { type: 'array', description: 'Ids that do not exist.', items: { type: 'string' } };
  const set = {
    type: 'object',
    description: `Several ${resource.noun}s.`,
    properties: { objects, not_found: missing },
    required: ['objects'],
  };
  return { [`${name}List`]: list, ...(resource.hidden ? {} : { [`${name}Set`]: set }) };
}

function bodySchema(resource: Resource): Schema {
  const required = resource.writable.filter((field) => field.required).map((field) => field.name);
  const properties = named(resource.writable, inSchema);
  return {
    type: 'object',
    description: `What a new ${resource.noun} is made of.`,
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
}

const changeSchema = (resource: Resource): Schema => ({
  type: 'object',
  description: `What to change in a ${resource.noun}; what is left out keeps its value.`,
  properties: named(resource.writable, inSchema),
});

const listChangeSchema = (resource: Resource): Schema => ({
  type: 'object',
  description: 'Objects with a resource_uri are changed, those without are created.',
  properties: {
    objects: {
      type: 'array',
      description: 'What to change or create, 2000 at most.',
      maxItems: 2000,
      items: {
        type: 'object',
        description: 'One object.',
        properties: { resource_uri: URI(resource), ...named(resource.writable, inSchema) },
      },
    },
    deleted_objects: { type: 'array', description: 'URIs to delete.', items: { type: 'string' } },
  },
  required: ['objects'],
});

const RESOURCE_SCHEMA: Schema = {
  type: 'object',
  description: "Fields, filters, orderings and verbs of a resource, in Tastypie's words.",
  properties: {
    fields: {
      type: 'object',
      description:
        'Each field: type, nullable, blank, readonly, unique, help_text, default, primary_key, verbose_name, related_type.',
    },
    filtering: { type: 'object', description: 'The lookups that each field takes.' },
    ordering: { type: 'array', description: 'What order_by takes.', items: { type: 'string' } },
  },
};

/** components/schemas of every declared resource. */
export const resourceSchemas = (): Record<string, Schema> => ({
  ...Object.fromEntries(allResources().flatMap((resource) => Object.entries(schemasOf(resource)))),
  ResourceSchema: RESOURCE_SCHEMA,
});
