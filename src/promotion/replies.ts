// What promotion answers: verdicts, actions, holds and locks, for the OpenAPI document.
import { list, object, text, whole } from '../rest/operations/schema-words.js';
import { ACTION_VERBS } from './domain/verdict.js';

const NOBODY = { type: ['string', 'null'] };

const ACTION = object(
  'Something that helps.',
  {
    label: text('What it does, for people.'),
    verb: text('What it does, for programs.', { enum: ACTION_VERBS }),
    body: {
      type: 'object',
      description: 'What the request sends; left out where it has no body.',
      additionalProperties: true,
    },
    if_match: text('The If-Match of the request, where it needs one.'),
    command: text('A line for the shell.'),
    method: text('The verb.'),
    href: text('The path.'),
    permission: text('The scope of the token that may.'),
  },
  ['label', 'verb', 'command', 'method', 'href', 'permission'],
);

export const VERDICT = object(
  'What one policy says.',
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
    actor: text('Who is to act: you, a name, upstream, infra.'),
    since: text('When it came to be so.'),
    until: text('When it clears, where that is known.'),
    next_actions: list('What somebody can do about it.', ACTION),
  },
  ['policy', 'verdict', 'code', 'summary', 'actor', 'since', 'next_actions'],
);

export const HOLD = {
  ...object('Who holds it, and why; null where nobody does.', {
    actor: text('Who.'),
    reason: text('Why.'),
    since: text('Since when.'),
    until: { ...NOBODY, description: 'When it clears by itself; null where somebody has to lift it.' },
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
