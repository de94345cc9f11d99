// The OpenAPI text of each operation of a resource, from its declaration.
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { type About, Needs } from '../../platform/http/required-scope.js';
import type { OperationName, Resource } from '../resource.js';
import {
  failures,
  IDEMPOTENCY_KEY,
  IF_MATCH,
  jsonBody,
  jsonReply,
  MINIMAL_REPLY,
  pathParameter,
  schemaNamed,
} from './documented.js';
import { DOCUMENTED_CALLS, LIST_PARAMETERS } from './openapi-texts.js';

type Operation = OperationName | 'schema' | 'set';

const ref = (resource: Resource, suffix = ''): { $ref: string } => schemaNamed(`${schemaName(resource)}${suffix}`);

/** `ticketartifact` → `Ticketartifact`: the resource's name in components/schemas. */
export const schemaName = (resource: Resource): string => `${resource.name[0]?.toUpperCase()}${resource.name.slice(1)}`;

const SUMMARIES: Readonly<Record<Operation, (noun: string) => string>> = {
  list: (noun) => `List ${noun}s`,
  create: (noun) => `Create a ${noun}`,
  patchList: (noun) => `Change and create several ${noun}s at once`,
  removeList: (noun) => `Delete the ${noun}s that a filter finds`,
  schema: (noun) => `What a ${noun} consists of`,
  set: (noun) => `Get several ${noun}s by id`,
  detail: (noun) => `Get a ${noun}`,
  update: (noun) => `Change a ${noun}`,
  replace: (noun) => `Change a ${noun}, or create it with an id of your choice`,
  remove: (noun) => `Delete a ${noun}`,
};

const SUCCESS: Readonly<Record<Operation, { status: number; description: string }>> = {
  list: { status: 200, description: 'A page of the list.' },
  create: { status: 201, description: 'Created. `Location` is its absolute URL.' },
  patchList: { status: 202, description: 'All of it was done.' },
  removeList: { status: 204, description: 'Deleted.' },
  schema: { status: 200, description: 'Fields, filters, orderings and verbs.' },
  set: { status: 200, description: 'Those that exist; the others are named in `not_found`.' },
  detail: { status: 200, description: 'The object.' },
  update: { status: 202, description: 'The object as it is now. A repeat of what already is changes nothing.' },
  replace: { status: 200, description: 'The object as it is now.' },
  remove: { status: 204, description: 'Deleted.' },
};

const FAILURES: Readonly<Record<Operation, readonly number[]>> = {
  list: [400],
  create: [400, 409, 415, 422],
  patchList: [400, 404, 409, 412, 415, 422],
  removeList: [400, 409, 422],
  schema: [400],
  set: [400],
  detail: [400, 404],
  update: [400, 404, 409, 412, 415, 422],
  replace: [400, 404, 409, 412, 415, 422],
  remove: [400, 404, 409, 412, 422],
};

/** Where tickets are named by key, a key of several projects is 409; settings are changed with If-Match only. */
function failuresOf(resource: Resource, operation: Operation): number[] {
  const keys =
    resource.keyed === true || (operation === 'list' && resource.fields.some((field) => field.target === 'ticket'));
  const ambiguous = keys && ['list', 'detail', 'set'].includes(operation);
  const settings = resource.writable.some((field) => field.kind === 'json');
  const guarded = settings && ['update', 'replace', 'patchList'].includes(operation);
  return [...FAILURES[operation], ...(ambiguous ? [409] : []), ...(guarded ? [428] : [])];
}

/** What belongs to no project is read, and made, by anybody; changing it changes it for all. */
function aboutOf(resource: Resource, operation: Operation): About {
  if (operation === 'schema') return 'none';
  if (resource.belongsTo?.project === undefined)
    return WRITES.has(operation) && (operation !== 'create' || resource.concernsAll) ? 'all' : 'none';
  if (operation === 'create' || operation === 'patchList') return 'written';
  if (operation === 'list' || operation === 'removeList') return 'own';
  return operation === 'set' ? `${resource.name}/:ids` : `${resource.name}/:id`;
}

const WRITES = new Set<Operation>(['create', 'patchList', 'removeList', 'update', 'replace', 'remove']);

export function documentOperation(
  resource: Resource,
  operation: Operation,
  target: object,
  descriptor: TypedPropertyDescriptor<unknown>,
): void {
  for (const decorate of decorators(resource, operation)) decorate(target, operation, descriptor);
}

function decorators(resource: Resource, operation: Operation): (MethodDecorator | PropertyDecorator)[] {
  const call = operation === 'schema' || operation === 'set' ? undefined : resource.docs.documented?.[operation];
  const about = resource.docs.about;
  return [
    Needs(WRITES.has(operation) ? resource.scope : 'read', aboutOf(resource, operation)),
    ApiTags(call ? DOCUMENTED_CALLS : resource.docs.tag),
    ApiOperation({
      operationId: `${operation}_${resource.name.replaceAll('-', '_')}`,
      summary: call?.summary ?? SUMMARIES[operation](resource.noun),
      description: about,
      ...(call ? { 'x-order': call.order } : {}),
    }),
    ...parameters(resource, operation, call?.query),
    ...body(resource, operation, call?.body),
    success(resource, operation, SUCCESS[operation]),
    ...(operation === 'replace' ? [success(resource, operation, SUCCESS.create), MINIMAL_REPLY] : []),
    failures(406, ...failuresOf(resource, operation)),
  ];
}

function parameters(
  resource: Resource,
  operation: Operation,
  query: Readonly<Record<string, string>> = {},
): MethodDecorator[] {
  const made: MethodDecorator[] = [];
  if (['detail', 'update', 'replace', 'remove'].includes(operation)) {
    const keyed = resource.keyed ? ', or its key (`TKT-7`)' : '';
    made.push(pathParameter('id', `The id of the ${resource.noun}${keyed}.`, '1'));
  }
  if (operation === 'set') {
    made.push(pathParameter('ids', 'Ids with `;` between them, 1000 at most.', '1;2'));
  }
  if (operation === 'list') made.push(...LIST_PARAMETERS.map((one) => ApiQuery(one)));
  if (operation === 'list' || operation === 'removeList') {
    for (const [name, example] of Object.entries({ ...resource.docs.filters, ...query })) {
      made.push(
        ApiQuery({
          name,
          required: false,
          description: `Only those with this ${name}; every field and lookup can be asked like this.`,
          schema: { type: 'string', ...(query[name] ? { default: query[name] } : { examples: [example] }) },
        }),
      );
    }
  }
  if (operation === 'removeList') {
    made.push(
      ApiQuery({
        name: 'confirm',
        required: false,
        description: '`all` deletes the whole list, without a filter.',
        schema: { type: 'string', enum: ['all'] },
      }),
    );
  }
  if (WRITES.has(operation)) made.push(IDEMPOTENCY_KEY);
  if (['update', 'replace', 'remove'].includes(operation)) made.push(IF_MATCH);
  return made;
}

function body(resource: Resource, operation: Operation, example?: object): MethodDecorator[] {
  const shown = example ?? (operation === 'update' ? undefined : resource.docs.example);
  if (operation === 'create') return [jsonBody(ref(resource, 'Body'), shown)];
  if (operation === 'update' || operation === 'replace') return [jsonBody(ref(resource, 'Change'), shown)];
  if (operation === 'patchList') return [jsonBody(ref(resource, 'ListChange'))];
  return [];
}

function success(
  resource: Resource,
  operation: Operation,
  { status, description }: { status: number; description: string },
): MethodDecorator {
  const schema: object | undefined =
    operation === 'list'
      ? ref(resource, 'List')
      : operation === 'schema'
        ? schemaNamed('ResourceSchema')
        : operation === 'set' || operation === 'patchList'
          ? ref(resource, 'Set')
          : status === 204
            ? undefined
            : ref(resource);
  const headers: Record<string, object> = {
    ...(status === 201
      ? { Location: { description: 'The absolute URL of the object.', schema: { type: 'string', format: 'uri' } } }
      : {}),
    ...(status === 204
      ? {}
      : { ETag: { description: 'What If-Match and If-None-Match take.', schema: { type: 'string' } } }),
  };
  return jsonReply(status, description, schema, headers);
}
