// How what a person says of a revision looks on the wire.
import { resourceNamed, uriOf } from '../../rest/resource.js';
import type { GivenApproval } from './give-approval.js';

export const approvalView = ({ ticket, row, stage, by, approval }: GivenApproval): object => ({
  ticket: uriOf(resourceNamed('ticket'), ticket.id),
  key: ticket.key,
  version: Number(row.version),
  stage,
  revision: ticket.revisionNumber,
  by: by.by,
  checked: by.checked,
  in_force: approval?.kind ?? null,
});
