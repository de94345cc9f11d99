// Fields that are the business of another scope than their resource's: the resource's declaration says so at the field
// (`scope`), and here, for every body whatever its way in, it is held to that. What has the value already needs nothing, nor has
// a new object the value that it would have anyway. Roll-up and the verbs of stages change such fields by rules of their own.
import type { Principal } from '../../platform/principal.js';
import { holdsScope, scopeMissing } from '../../platform/principal.js';
import type { FieldValues, Resource, Row } from '../resource.js';

/**
 * Who asks has the scope of every field that a body changes; `before`: the row as it is, null for a new one. Nothing is asked of
 * the server's own writes, which have no principal. Rejects with forbidden `scope.missing`, which names the field.
 */
export function requireFieldScopes(
  { writable }: Resource,
  before: Row | null,
  given: FieldValues,
  principal: Principal | undefined,
): void {
  if (!principal || principal.scopes === 'all') return;
  for (const { name, scope, usual } of writable) {
    if (scope === undefined || given[name] === undefined || holdsScope(principal, scope)) continue;
    if (given[name] !== (before === null ? usual : before[name])) throw scopeMissing(scope, name);
  }
}
