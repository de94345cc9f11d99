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

const VERDICT = object(
  'The verdict of one policy.',
  {
    policy: text('The policy; GET /api/v1/policy/ lists them.'),
    name: text('The name of the rule, if it has one.'),
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
    eligible: list('Who could clear it, at most five.', text('A name.')),
    more_eligible: whole('How many more could.'),
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

const ON_REVISION = {
  ticket: text('The URI of the ticket.'),
  key: text('Its key.'),
  version: whole('Its version; the ETag.'),
  stage: text('The stage to be entered.'),
  revision: whole('The revision of its modules that this is bound to.'),
};

export const APPROVED_TICKET = object('The ticket, and what is in force.', {
  ...ON_REVISION,
  by: text('Who said it.'),
  checked: { type: 'boolean', description: 'False if the identity was not checked: a server without tokens.' },
  in_force: {
    ...NOBODY,
    enum: ['approve', 'reject', null],
    description: 'What the person says of the revision now; null where that was withdrawn.',
  },
});

export const OVERRIDDEN_TICKET = object('The ticket, and the override.', {
  ...ON_REVISION,
  override: {
    ...object('Null where it was withdrawn.', {
      policy: text('The policy.'),
      name: { ...NOBODY, description: 'One of its rules; null: all of them.' },
      until: text('When it ends.'),
    }),
    type: ['object', 'null'],
  },
});

export const POLICY_LIST = object('The policies.', {
  objects: list(
    'In the order of their verdicts.',
    object('A policy.', {
      name: text('As verdicts and settings name it.'),
      about: text('What it asks.'),
      always: { type: 'boolean', description: 'True: it always applies. False: where a rule says so.' },
      overridable: { type: 'boolean', description: 'Whether an override gets past it.' },
      rule: {
        type: ['object', 'null'],
        description: 'JSON Schema of what a rule has beside policy, stages, name and advisory.',
      },
      example: { type: ['object', 'null'], description: 'A rule that works unchanged.' },
      codes: { type: 'object', description: 'Its codes and what they mean.', additionalProperties: { type: 'string' } },
    }),
  ),
});

export const WHY = object('What blocks a ticket from its next stage.', {
  ticket: text('Where the ticket is.'),
  key: text('Its key.'),
  stage: { ...NOBODY, description: 'Its stage; null while it has no modules.' },
  closed: { type: 'boolean', description: 'True for a closed ticket, which is not promoted until it is reopened.' },
  next_stage: { ...NOBODY, description: 'The next stage; null for a released ticket.' },
  release: whole('The current release of production.'),
  to: { ...NOBODY, description: 'The stage that the verdicts are about; null for a released ticket.' },
  promotable: { type: 'boolean', description: 'True if nothing blocks it.' },
  ready: {
    type: 'boolean',
    description: 'The same as promotable, and true for a ticket without modules that may land.',
  },
  headline: text('What stands in the way, in one sentence.'),
  verdicts: list('Worst first.', VERDICT),
});
