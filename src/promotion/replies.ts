// What promotion answers: verdicts, actions, holds and locks, for the OpenAPI document.
import { list, object, text, whole } from '../rest/operations/schema-words.js';
import { ACTION_VERBS } from './domain/verdict.js';

const NOBODY = { type: ['string', 'null'] };

const ACTION = object(
  'A next action.',
  {
    label: text('A label for people.'),
    verb: text('The verb, for programs.', { enum: ACTION_VERBS }),
    body: {
      type: 'object',
      description: 'The body of the request; left out if it has none.',
      additionalProperties: true,
    },
    if_match: text('The If-Match of the request, if it needs one.'),
    command: text('A line for the shell.'),
    method: text('The verb.'),
    href: text('The path.'),
    permission: text('The scope that a token needs.'),
  },
  ['label', 'verb', 'command', 'method', 'href', 'permission'],
);

export const VERDICT = object(
  'The verdict of one policy.',
  {
    policy: text('The policy: steps, conflicts, hold, lock, sources, imports.'),
    verdict: text('From best to worst; the worst decides.', {
      enum: [
        'pass',
        'pass_overridden',
        'waiting',
        'waiting_for_ticket',
        'needs_approval',
        'blocked',
        'failed',
        'error',
      ],
    }),
    code: text('Stable: conflicts.stale.'),
    summary: text('At most 140 characters.'),
    actor: text('Who has to act: you, a name, upstream, infra.'),
    since: text('Since when.'),
    until: text('When it clears, if that is known.'),
    next_actions: list('Next actions.', ACTION),
  },
  ['policy', 'verdict', 'code', 'summary', 'actor', 'since', 'next_actions'],
);

export const HOLD = {
  ...object('The holder and the reason; null if it is not held.', {
    actor: text('Who.'),
    reason: text('Why.'),
    since: text('Since when.'),
    until: { ...NOBODY, description: 'When it ends; null if it has to be lifted.' },
  }),
  type: ['object', 'null'],
};

export const HELD_TICKET = object('The ticket, and whether it is held.', {
  ticket: text('Where the ticket is.'),
  key: text('Its key.'),
  version: whole('Its version; the ETag.'),
  hold: HOLD,
});

export const LOCKED_STAGE = object('The stage, and whether it is locked.', {
  stage: text('The stage.'),
  project: text('Its project.'),
  lock: HOLD,
});
