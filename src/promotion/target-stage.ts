// Where a promotion would bring a ticket: the next stage, or one that is asked for.
import { DomainError } from '../platform/errors.js';
import { quoted } from '../platform/redact.js';
import { production, type Stage, stageAfter } from '../projects/stages/stage-order.js';
import type { LockedTicket } from './locked-ticket.js';

type Placed = Pick<LockedTicket, 'stages' | 'stage'>;

/** Undefined for a released ticket. One without modules lands: it comes to the last stage. */
export const nextStage = ({ stages, stage }: Placed): Stage | undefined =>
  stage === null ? production(stages) : stageAfter(stages, stage);

/** A stage ahead of the ticket; the next one where none is named. Rejects with conflict `stage.not_ahead`. */
export function stageAhead(ticket: Pick<LockedTicket, 'key' | 'stages' | 'stage'>, name: string | undefined): Stage {
  const ahead = ticket.stages.slice(ticket.stages.findIndex((stage) => stage.name === ticket.stage) + 1);
  const found = name === undefined ? nextStage(ticket) : ahead.find((stage) => stage.name === name);
  if (found) return found;
  const where = ticket.stage === null ? 'has no stage' : `is at ${ticket.stage}`;
  const known =
    ahead.length === 0
      ? 'No stage is'
      : `${ahead.map((stage) => stage.name).join(', ')} ${ahead.length === 1 ? 'is' : 'are'}`;
  const asked = name === undefined ? '' : ` '${quoted(name, 100)}' is not ahead of it.`;
  throw new DomainError('conflict', 'stage.not_ahead', `${ticket.key} ${where}.${asked} ${known} ahead.`, {
    data: { ticket: ticket.key, stage: ticket.stage },
  });
}
