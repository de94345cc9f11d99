// How holds and locks look on the wire.
import { resourceNamed, uriOf } from '../../rest/resource.js';
import type { NamedProject } from '../../projects/stages/named-stage.js';
import type { HeldTicket } from './hold-ticket.js';
import type { LockedStage } from './lock-stage.js';

export const heldView = ({ ticket, row, hold }: HeldTicket): object => ({
  ticket: uriOf(resourceNamed('ticket'), ticket.id),
  key: ticket.key,
  version: Number(row.version),
  hold: hold ?? null,
});

export const lockedView = ({ name: project }: NamedProject, { stage, lock }: LockedStage): object => ({
  stage,
  project,
  lock: lock ?? null,
});
