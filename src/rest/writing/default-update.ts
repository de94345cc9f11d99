// What an update comes to where no rule says otherwise: the fields that differ, and one event that shows them before and after.
import { isDeepStrictEqual } from 'node:util';
import { resourceChangedLine } from '../../log/lines/resource-lines.js';
import { statusText } from '../../workflow/steps.js';
import type { Field } from '../fields/field.js';
import { type Decision, type FieldValues, type Resource, resourceNamed, type Row, uriOf } from '../resource.js';

/** A value as the wire shows it, for events. */
function wireValue(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field.kind === 'reference') return uriOf(resourceNamed(field.target ?? ''), Number(value));
  if (field.kind === 'references') {
    const target = resourceNamed(field.target ?? '');
    return (value as number[]).map((id) => uriOf(target, id));
  }
  if (field.kind === 'step') return String(Number(value));
  return field.kind === 'status' ? statusText(Number(value)) : value;
}

/** The given values that differ from the row's. */
export function differing(before: Row, given: FieldValues, names: readonly string[]): FieldValues {
  const changed = names.filter((name) => given[name] !== undefined && !same(given[name], before[name]));
  return Object.fromEntries(changed.map((name) => [name, given[name]]));
}

/** Documents are the same whatever the order of their keys: Postgres gives them back in an order of its own. */
const same = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'object' && isDeepStrictEqual(one, other));

/** `{before, after}` of the fields in `set`, as the wire shows them. */
export function beforeAndAfter(
  fields: readonly Field[],
  before: Row,
  set: FieldValues,
): { before: FieldValues; after: FieldValues } {
  const shown = fields.filter((field) => field.name in set);
  return {
    before: Object.fromEntries(shown.map((field) => [field.name, wireValue(field, before[field.name])])),
    after: Object.fromEntries(shown.map((field) => [field.name, wireValue(field, set[field.name])])),
  };
}

export function plainDecision(resource: Resource, before: Row, given: FieldValues): Decision {
  const set = differing(
    before,
    given,
    resource.writable.map((field) => field.name),
  );
  return {
    set,
    event: {
      type: `${resource.name}.changed`,
      line: resourceChangedLine(resource.noun, before.id, Object.keys(set)),
      data: beforeAndAfter(resource.fields, before, set),
    },
  };
}
