// POST /api/v1/ticket/<id>/stamp|promote|revert|rebase/.
import { versionTag } from '../../rest/http/entity-tag.js';
import { type BodyCall, type Written, writeOperation } from '../../rest/operations/operation.js';
import { NO_BODY } from '../../rest/operations/operation-body.js';
import { ON_TICKET } from '../../tickets/on-ticket.js';
import { forcedOf } from './force-body.js';
import { inTurn } from './in-turn.js';
import { PromoteTicket } from './promote-ticket.js';
import { RebaseTicket } from './rebase-ticket.js';
import { RevertTicket } from './revert-ticket.js';
import type { StageChange } from './stage-change.js';
import { STAGE_CHANGE } from './stage-schemas.js';
import { changeView, shownTo } from './stage-view.js';
import { StampTicket } from './stamp-ticket.js';
import { PROMOTE, REBASE, REVERT } from './ticket-bodies.js';

/** What all of them have: `map:` of a stage, which the use case asks for, and the ticket as it is now. */
const VERB = {
  at: ON_TICKET,
  needs: 'map:*',
  tag: 'Stages',
  ifMatch: 'offered',
  reply: { description: 'Done. The ETag is the version of the ticket.', schema: STAGE_CHANGE },
} as const;

const IN_TURN = inTurn((id: number) => ({ ticket: id }));

/** The ticket as it is now, and what happened to it. */
async function changed(change: StageChange, { context, dryRun }: BodyCall<number, unknown>): Promise<Written> {
  const shown = { ...change, ticket: shownTo(change.ticket, context.principal) };
  return { body: await changeView(shown, context.base, dryRun), etag: versionTag(Number(change.row.version)) };
}

export const stampTicket = writeOperation({
  ...VERB,
  name: 'stamp_ticket',
  route: 'POST ticket/:id/stamp',
  summary: 'Give a ticket modules',
  description:
    'Moves it to the first stage of its project. Stamping again changes nothing; a closed ticket is reopened.',
  body: NO_BODY,
  use: StampTicket,
  write: (stamping, call) => async (tx) => changed(await stamping.run(tx, call.at, call.context), call),
});

export const promoteTicket = writeOperation({
  ...VERB,
  name: 'promote_ticket',
  route: 'POST ticket/:id/promote',
  summary: 'Promote a ticket to the next stage',
  description:
    'The first promotion freezes its modules. Into the last stage it is a release: only what the ticket changes is merged into production as it is now. Refused with the verdicts of the policies if one blocks it.',
  dryRun: true,
  commit: IN_TURN,
  body: PROMOTE,
  use: PromoteTicket,
  write: (promoting, call) => {
    const { release, git_commit: foundIn, git_commits: commits, git_merges: merges = [], force, reason } = call.body;
    const forced = forcedOf(force, reason, call.context.actor);
    const options = { ...call.context, release, git: { foundIn, commits, merges }, forced };
    return async (tx) => changed(await promoting.run(tx, call.at, options), call);
  },
});

export const revertTicket = writeOperation({
  ...VERB,
  name: 'revert_ticket',
  route: 'POST ticket/:id/revert',
  summary: 'Revert a ticket to the stage before',
  description:
    'From production: a new release without it. Keys that a later ticket overwrote stay (`superseded`). In the first stage: back to an earlier revision of its modules.',
  dryRun: true,
  commit: IN_TURN,
  body: REVERT,
  use: RevertTicket,
  write: (reverting, call) => {
    const { to_revision: toRevision, ...how } = call.body;
    return async (tx) => changed(await reverting.run(tx, call.at, { ...call.context, ...how, toRevision }), call);
  },
});

export const rebaseTicket = writeOperation({
  ...VERB,
  name: 'rebase_ticket',
  route: 'POST ticket/:id/rebase',
  summary: 'Resolve conflicts with keys that another ticket released since',
  description:
    "`mine` keeps the ticket's version, over the current one in production; `theirs` drops the key from the ticket. In the first stage only.",
  body: REBASE,
  use: RebaseTicket,
  write: (rebasing, call) => async (tx) => changed(await rebasing.run(tx, call.at, call.body, call.context), call),
});
