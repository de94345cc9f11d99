// The rules of `ticket` writes: steps and statuses move as updateticketstatus moves them, keys and projects stay.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { invalid } from '../platform/errors.js';
import { normalKey } from '../rest/resource-key.js';
import { type Decision, type FieldValues, type ResourceRules, type Row, resourceNamed } from '../rest/resource.js';
import { differing } from '../rest/writing/default-update.js';
import { TicketFollowers } from './close-ticket.js';
import { moveEvent, workChanges, workStateOf } from './ticket-state.js';
import { UpdateTicketStatus } from './update-ticket-status.js';

const PLAIN = ['owner', 'title', 'description', 'bug_id', 'base_image', 'testsuites'];

@Injectable()
export class TicketRules implements ResourceRules {
  constructor(
    private readonly statuses: UpdateTicketStatus,
    private readonly followers: TicketFollowers,
  ) {}

  async decide(tx: Tx, before: Row, given: FieldValues): Promise<Decision> {
    refuseNewIdentity(before, given);
    const ticket = resourceNamed('ticket');
    const plain = differing(before, given, PLAIN);
    // A PUT of a whole object repeats its step and status: that asks for no move, so it may touch a closed ticket.
    const asked = differing(before, given, ['current_workflow_step', 'status']);
    const next = await this.statuses.next(tx, before, asked);
    const set = { ...plain, ...(next ? workChanges(before, next) : {}) };
    return { set, event: moveEvent(ticket, String(before.key), before, next ?? workStateOf(before), set) };
  }

  async beforeRemove(tx: Tx, ids: readonly number[]): Promise<void> {
    await this.followers.beforeRemove(tx, ids);
  }

  async removed(tx: Tx, before: Row): Promise<void> {
    await this.followers.removed(tx, before);
  }
}

function refuseNewIdentity(before: Row, given: FieldValues): void {
  if (typeof given.key === 'string' && normalKey(given.key) !== before.normal_key) {
    throw invalid('ticket.key_stays', `The key of a ticket can't change: this one is ${String(before.key)}.`);
  }
  if (given.project !== undefined && given.project !== before.project) {
    throw invalid(
      'ticket.project_stays',
      "The project of a ticket can't change. Create a ticket in the other project and close this one.",
    );
  }
}
