// What a use case takes of who speaks.
import type { OperationContext } from '../rest/operations/operation-context.js';
import type { Speaker } from './outcome.js';

export const optionsOf = ({ actor, principal, base }: Speaker): OperationContext => ({
  actor,
  principal,
  base,
  ifMatch: undefined,
});
