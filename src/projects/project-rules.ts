// The rules of project writes: settings are changed by somebody who saw them (promise 3), and `default` stays.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { conflict, DomainError } from '../platform/errors.js';
import {
  type Decision,
  type FieldValues,
  type ResourceRules,
  type Row,
  resourceNamed,
  type WriteContext,
} from '../rest/resource.js';
import { plainDecision } from '../rest/writing/plain-decision.js';

/** Tickets that name no project belong to this one. */
const DEFAULT_PROJECT = 'default';

@Injectable()
export class ProjectRules implements ResourceRules {
  decide(_tx: Tx, before: Row, given: FieldValues, context: WriteContext): Promise<Decision> {
    const decision = plainDecision(resourceNamed('project'), before, given);
    if ('settings' in decision.set && !context.conditional) {
      throw new DomainError(
        'precondition_required',
        'if_match.required',
        'Settings are changed as a whole, so say which ones you saw: read the project and send its ETag as If-Match.',
      );
    }
    if ('name' in decision.set && before.name === DEFAULT_PROJECT) throw defaultStays();
    return Promise.resolve(decision);
  }

  settle(_tx: Tx, before: Row | null, after: Row | null): Promise<void> {
    if (!after && before?.name === DEFAULT_PROJECT) throw defaultStays();
    return Promise.resolve();
  }
}

const defaultStays = (): DomainError =>
  conflict(
    'project.default_stays',
    'The project default stays as it is named: tickets that name no project belong to it.',
  );
