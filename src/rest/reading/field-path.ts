// `relation__field__lookup`: finds the field that a filter or an ordering names, and the joins on the way.
import { invalid } from '../../platform/errors.js';
import type { Field } from '../fields/field.js';
import { type Resource, resourceNamed } from '../resource.js';
import { columnSql, tableOf } from './columns.js';
import { isLookup } from './lookups.js';

const ID_FIELD: Field = {
  name: 'id',
  kind: 'id',
  help: 'The id of the object.',
  example: 1,
  required: false,
  nullable: false,
  readonly: true,
  writeOnly: false,
  unique: true,
  initial: undefined,
  filterable: true,
  orderable: true,
};

/** The joins that a statement needs, each made once; from the row `t`. */
export class Joins {
  private readonly byPath = new Map<string, { alias: string; sql: string }>();

  /** The alias of the row that a reference leads to. */
  through(resource: Resource, alias: string, field: Field): string {
    const path = `${alias}.${field.name}`;
    const known = this.byPath.get(path);
    if (known) return known.alias;
    const joined = `j${this.byPath.size + 1}`;
    const target = tableOf(resourceNamed(field.target ?? '')).name;
    this.byPath.set(path, {
      alias: joined,
      sql: `LEFT JOIN ${target} ${joined} ON ${joined}.id = ${columnSql(resource, field, alias)}`,
    });
    return joined;
  }

  get sql(): string {
    return [...this.byPath.values()].map((join) => join.sql).join(' ');
  }
}

export interface FoundField {
  readonly field: Field;
  readonly resource: Resource;
  readonly column: string;
  /** What was left of the path: a lookup's name, or undefined. */
  readonly lookup: string | undefined;
}

export function fieldNamed(resource: Resource, name: string): Field | undefined {
  if (name === 'id') return ID_FIELD;
  return resource.fields.find((field) => field.name === name && !field.writeOnly);
}

/** `ticket__id__gt`: the reference's column as the id that it holds. */
const byId = (found: Omit<FoundField, 'lookup'>, lookup: string): FoundField => ({
  field: ID_FIELD,
  resource: resourceNamed(found.field.target ?? ''),
  column: found.column,
  lookup,
});

/** The steps that a path may have; longer ones are refused before they cost joins. */
const DEEPEST = 6;

/**
 * Follows a path. `unknown` makes the error for a word that is no field, since filters and orderings word it differently.
 * `ticket__id` is the reference's own column and needs no join.
 */
export function findField(
  resource: Resource,
  path: string,
  joins: Joins,
  unknown: (word: string, at: Resource) => Error,
): FoundField {
  const words = path.split('__');
  if (words.length > DEEPEST) throw unknown(path, resource);
  let at = resource;
  let alias = 't';
  for (const [index, word] of words.entries()) {
    const field = fieldNamed(at, word);
    if (!field) throw unknown(word, at);
    const [next, ...more] = words.slice(index + 1);
    const found = { field, resource: at, column: columnSql(at, field, alias) };
    if (next === undefined) return { ...found, lookup: undefined };
    if (more.length === 0 && isLookup(next)) return { ...found, lookup: next };
    if (field.kind === 'reference' && more.length <= 1 && ['id', 'pk'].includes(next)) {
      return more[0] ? byId(found, more[0]) : { ...found, lookup: undefined };
    }
    if (field.kind !== 'reference') {
      throw invalid('filter.no_relation', `The '${field.name}' field does not support relations.`);
    }
    alias = joins.through(at, alias, field);
    at = resourceNamed(field.target ?? '');
  }
  throw unknown(path, resource);
}
