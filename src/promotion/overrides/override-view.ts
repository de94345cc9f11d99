// How an override looks on the wire.
import { resourceNamed, uriOf } from '../../rest/resource.js';
import type { GivenOverride } from './override-policy.js';

export const overrideView = ({ ticket, row, stage, override }: GivenOverride): object => ({
  ticket: uriOf(resourceNamed('ticket'), ticket.id),
  key: ticket.key,
  version: Number(row.version),
  stage,
  revision: ticket.revisionNumber,
  override: override ? { policy: override.policy, name: override.name, until: override.until } : null,
});
