// The rules of subticket writes: the workflow, superseding, and the roll-up of the ticket, all in one transaction.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { conflict, invalid } from '../platform/errors.js';
import {
  type Decision,
  type FieldValues,
  type ResourceRules,
  type Row,
  resourceNamed,
  type WriteContext,
} from '../rest/resource.js';
import { badReference } from '../rest/writing/body.js';
import { differing } from '../rest/writing/default-update.js';
import { ResourceWriter } from '../rest/writing/resource-writer.js';
import { keepLog } from '../tickets/keep-log.js';
import { reportOf } from '../tickets/status-fields.js';
import { accepted, moveEvent, workChanges, workStateOf } from '../tickets/ticket-state.js';
import { move } from '../workflow/move.js';
import { rollUpTicket } from './roll-up-ticket.js';
import { reinstateNewest, supersedeOthers } from './one-live.js';

@Injectable()
export class SubticketRules implements ResourceRules {
  constructor(private readonly writer: ResourceWriter) {}

  /** Locks the ticket, so that two uploads for it are seen one after the other. */
  async beforeCreate(tx: Tx, values: FieldValues): Promise<FieldValues> {
    const [ticket] = await tx.run<{ key: string; closed: boolean }>({
      text: 'SELECT key, closed_at IS NOT NULL AS closed FROM ticket WHERE id = $1 FOR NO KEY UPDATE',
      values: [values.ticket],
    });
    if (!ticket) throw badReference(`/api/v1/ticket/${String(values.ticket)}/`);
    if (ticket.closed) throw conflict('ticket.closed', `${ticket.key} is closed. Reopen it first: POST …/reopen/.`);
    return values;
  }

  /** Locks go ticket first, then subticket. */
  async lockFirst(tx: Tx, ids: readonly number[]): Promise<void> {
    await tx.run({
      name: 'lock_tickets_of_subtickets',
      text: 'SELECT 1 FROM ticket WHERE id = ANY(ARRAY(SELECT ticket_id FROM subticket WHERE id = ANY($1::bigint[]))) ORDER BY id FOR NO KEY UPDATE',
      values: [ids],
    });
  }

  async decide(_tx: Tx, before: Row, given: FieldValues): Promise<Decision> {
    refuseNewIdentity(before, given);
    const asked = {
      step: given.current_workflow_step as number | undefined,
      status: given.status as number | undefined,
    };
    const name = `Subticket ${before.id}`;
    const next = accepted(
      move(workStateOf(before), asked, { mode: 'free', openSubtickets: [], name }, reportOf(given)),
    );
    const set = { ...differing(before, given, ['assignee']), ...workChanges(before, next) };
    return { set, event: moveEvent(resourceNamed('subticket'), name, before, next, set) };
  }

  async afterWrite(
    tx: Tx,
    before: Row | null,
    after: Row | null,
    given: FieldValues,
    context: WriteContext,
  ): Promise<void> {
    if (after && !before) await supersedeOthers(tx, after, context);
    if (before && !after) await reinstateNewest(tx, before, context);
    const { log, code } = reportOf(given) ?? {};
    if (after && log) await keepLog(this.writer, tx, { subticket: after.id }, { log, code }, context);
    const ticket = (after ?? before)?.ticket as number;
    await rollUpTicket(tx, ticket, context);
  }
}

function refuseNewIdentity(before: Row, given: FieldValues): void {
  for (const field of ['ticket', 'source_package_upload', 'merge_proposal']) {
    if (given[field] === undefined || given[field] === before[field]) continue;
    throw invalid(
      'subticket.identity_stays',
      `The ${field} of a subticket can't change. Create another subticket for a new upload: it supersedes this one.`,
    );
  }
}
