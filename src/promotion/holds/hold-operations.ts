// POST /api/v1/ticket/<id>/hold|unhold/ and /api/v1/stage/<name>/lock|unlock/.
import { onStage } from '../../projects/stages/on-stage.js';
import { Text } from '../../rest/fields/field-decorators.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { type Written, writeOperation } from '../../rest/operations/operation.js';
import { bodyOf } from '../../rest/operations/operation-body.js';
import { LONGEST_REASON, reasonBody } from '../../rest/operations/reason.js';
import { ON_TICKET } from '../../tickets/on-ticket.js';
import { HELD_TICKET, LOCKED_STAGE } from '../replies.js';
import { newHold } from './hold-body.js';
import { type HeldTicket, HoldTicket } from './hold-ticket.js';
import { heldView, lockedView } from './hold-view.js';
import { LockStage } from './lock-stage.js';

class HoldBody {
  @Text({ max: LONGEST_REASON, help: 'The reason, for people who find the hold.', required: true })
  reason: string;

  @Text({ max: 500, help: 'When it ends: `30m`, `2h`, `3d`, `1w`, or a time.' })
  until: string;
}

const holdBody = (example: object): ReturnType<typeof bodyOf<HoldBody>> =>
  bodyOf(HoldBody, { about: 'The reason and the end.', example });
const LIFTED = reasonBody(
  'The reason for lifting it.',
  'The reason, for people who find the hold.',
  'The release notes are there',
);
const ON_STAGE = onStage('qa');
const HELD = { description: 'The ticket. The ETag is its version.', schema: HELD_TICKET };
const LOCKED = { description: 'The stage.', schema: LOCKED_STAGE };

const held = (ticket: HeldTicket): Written => ({
  body: heldView(ticket),
  etag: versionTag(Number(ticket.row.version)),
});

export const holdTicket = writeOperation({
  name: 'hold_ticket',
  route: 'POST ticket/:id/hold',
  at: ON_TICKET,
  needs: 'ticket:write',
  tag: 'Stages',
  summary: 'Hold a ticket',
  description:
    'It is not promoted until the hold is lifted or ends. A ticket that was taken out of production is held automatically. Holding it the same way again changes nothing. A hold without an end does not accept one: lift it first (409 `hold.endless`).',
  ifMatch: 'offered',
  body: holdBody({ reason: 'Waits for the release notes', until: '2h' }),
  reply: HELD,
  use: HoldTicket,
  write: (holding, { at: id, body: { reason, until }, context }) => {
    const wanted = newHold(reason, until);
    return async (tx) => held(await holding.hold(tx, id, wanted, context));
  },
});

export const unholdTicket = writeOperation({
  name: 'unhold_ticket',
  route: 'POST ticket/:id/unhold',
  at: ON_TICKET,
  needs: 'ticket:write',
  tag: 'Stages',
  summary: 'Lift the hold of a ticket',
  description: 'A ticket that is not held does not change.',
  ifMatch: 'offered',
  body: LIFTED,
  reply: HELD,
  use: HoldTicket,
  write:
    (holding, { at: id, body: { reason }, context }) =>
    async (tx) =>
      held(await holding.unhold(tx, id, reason, context)),
});

export const lockStage = writeOperation({
  name: 'lock_stage',
  route: 'POST stage/:name/lock',
  at: ON_STAGE,
  needs: 'admin',
  tag: 'Stages',
  summary: 'Lock a stage',
  description:
    "No ticket is promoted to it, and a locked production can't be written directly, until it is unlocked or the lock ends. Reverts and rollbacks are still allowed.",
  body: holdBody({ reason: 'The testers are away', until: '1d' }),
  reply: LOCKED,
  use: LockStage,
  write: (locking, { at: { project, name }, body: { reason, until }, context }) => {
    const wanted = newHold(reason, until);
    return async (tx) => ({ body: lockedView(project, await locking.lock(tx, project, name, wanted, context)) });
  },
});

export const unlockStage = writeOperation({
  name: 'unlock_stage',
  route: 'POST stage/:name/unlock',
  at: ON_STAGE,
  needs: 'admin',
  tag: 'Stages',
  summary: 'Unlock a stage',
  description: 'A stage that is not locked does not change.',
  body: LIFTED,
  reply: LOCKED,
  use: LockStage,
  write:
    (locking, { at: { project, name }, body: { reason }, context: { actor } }) =>
    async (tx) => ({ body: lockedView(project, await locking.unlock(tx, project, name, reason, actor)) }),
});
