// The members of what verbs print with --json, where several verbs print the same.
import type { components, operations } from '../../client/schema.d.js';
import { type Fields, fieldsOf } from './json-fields.js';
import type { ProductionChange, StageChange, TicketDiff, Why } from '../stages/shapes.js';
import type { FullTicket } from '../tickets/whole-ticket.js';
import type { Ticket } from '../tickets/ticket-name.js';

type Failure = NonNullable<Ticket['failure']>;
type Subticket = components['schemas']['Subticket'];
type Held = NonNullable<operations['hold_ticket']['responses'][200]['content']['application/json']['hold']>;

const FAILURE = fieldsOf<Failure>({
  cause: true,
  code: true,
  kind: true,
  summary: true,
  step: true,
  subticket: true,
  log: true,
});

/** What tickets and subtickets both have, and say in the same way. */
const IN_WORKFLOW = {
  id: true,
  current_workflow_step: true,
  status: true,
  version: true,
  failed_at_step: true,
  failure: FAILURE,
  created_at: true,
  updated_at: true,
  step_entered_at: true,
  resource_uri: true,
} satisfies Record<keyof Ticket & keyof Subticket, true | Fields>;

export const TICKET_FIELDS = fieldsOf<Ticket>({
  ...IN_WORKFLOW,
  key: true,
  title: true,
  owner: true,
  description: true,
  bug_id: true,
  project: true,
  stage: true,
  base_image: true,
  testsuites: true,
  closed_at: true,
});

const PARTS = fieldsOf<Omit<FullTicket, keyof Ticket>>({ subtickets: true, artifacts: true });

export const FULL_TICKET_FIELDS: Fields = { ...TICKET_FIELDS, ...PARTS };

export const SUBTICKET_FIELDS = fieldsOf<Subticket>({
  ...IN_WORKFLOW,
  ticket: true,
  source_package_upload: true,
  merge_proposal: true,
  assignee: true,
  superseded_by: true,
});

export const ARTIFACT_FIELDS = fieldsOf<
  components['schemas']['Ticketartifact'] & components['schemas']['Subticketartifact']
>({ id: true, name: true, ticket: true, subticket: true, reference: true, type: true, resource_uri: true });

export const WHY_FIELDS = fieldsOf<Why>({
  ticket: true,
  key: true,
  stage: true,
  closed: true,
  next_stage: true,
  release: true,
  to: true,
  promotable: true,
  ready: true,
  headline: true,
  verdicts: true,
});

export const CHANGE_FIELDS = fieldsOf<StageChange>({
  ticket: true,
  key: true,
  stage: true,
  current_workflow_step: true,
  status: true,
  version: true,
  revision: true,
  release: true,
  changes: true,
  superseded: true,
  dependents: true,
  warnings: true,
  more_warnings: true,
  git_revert: true,
  preview_key: true,
  links: true,
  pages: true,
  dry_run: true,
});

/** Of a promotion that a policy refuses, or that still waits. */
export const REFUSED_FIELDS: Fields = { ...WHY_FIELDS, code: true, message: true, to: true, next_actions: true };

export const RELEASE_CHANGE_FIELDS = fieldsOf<ProductionChange & { readonly dry_run: boolean }>({
  project: true,
  stage: true,
  release: true,
  changes: true,
  warnings: true,
  more_warnings: true,
  suspended: true,
  restored: true,
  dry_run: true,
});

/** Of a hold and of a lock. */
const HOLD_FIELDS = fieldsOf<Held>({ actor: true, reason: true, since: true, until: true });

const ON_REVISION: Fields = { ticket: true, key: true, version: true, stage: true, revision: true };
export const APPROVAL_FIELDS: Fields = { ...ON_REVISION, by: true, checked: true, in_force: true };
export const OVERRIDE_FIELDS: Fields = { ...ON_REVISION, override: true };
export const HELD_FIELDS: Fields = { ticket: true, key: true, version: true, hold: HOLD_FIELDS };
export const LOCKED_FIELDS: Fields = { stage: true, project: true, lock: HOLD_FIELDS };

export const RELEASE_FIELDS = fieldsOf<components['schemas']['Release']>({
  id: true,
  number: true,
  project: true,
  parent: true,
  kind: true,
  ticket: true,
  key: true,
  line: true,
  title: true,
  commits: true,
  actor: true,
  created_at: true,
});

export const HISTORY_FIELDS = fieldsOf<components['schemas']['History']>({
  id: true,
  seq: true,
  time: true,
  type: true,
  severity: true,
  actor: true,
  subticket: true,
  version: true,
  line: true,
  data: true,
});

/** As /stream sends it. */
export const EVENT_FIELDS = fieldsOf<Omit<components['schemas']['Event'], 'data'>>({
  id: true,
  seq: true,
  time: true,
  type: true,
  severity: true,
  actor: true,
  subject: true,
  project: true,
  ticket: true,
  subticket: true,
  stage: true,
  version: true,
  detail: true,
  line: true,
  link: true,
  resource_uri: true,
});

export const PROJECT_FIELDS = fieldsOf<components['schemas']['Project']>({
  id: true,
  name: true,
  display_name: true,
  maintainer: true,
  contact: true,
  description: true,
  trunk: true,
  repository_url: true,
  settings: true,
  version: true,
  resource_uri: true,
});

type Token = operations['list_token']['responses'][200]['content']['application/json']['objects'][number];

export const TOKEN_FIELDS = fieldsOf<Token>({
  id: true,
  owner: true,
  purpose: true,
  scopes: true,
  projects: true,
  created_at: true,
  expires_at: true,
  revoked_at: true,
});

type Preview = operations['preview_ticket']['responses'][200]['content']['application/json'];

export const PREVIEW_FIELDS = fieldsOf<Preview & { readonly link: string | null }>({
  ticket: true,
  key: true,
  version: true,
  stage: true,
  preview_key: true,
  links: true,
  pages: true,
  link: true,
});

export const WHO_FIELDS: Fields = { name: true, scopes: true, projects: true, url: true };

export const BISECT_FIELDS: Fields = {
  release: true,
  ticket: true,
  line: true,
  actor: true,
  created_at: true,
  commits: true,
  undo: true,
  suspects: true,
};

/** Of each line that an update prints; which of them it has goes by its `event`. */
export const UPDATE_FIELDS: Fields = {
  event: true,
  ticket: true,
  time: true,
  key: true,
  title: true,
  stage: true,
  created: true,
  files: true,
  deleted: true,
  withdrawn: true,
  rebased: true,
  live: true,
  ms: true,
  url: true,
  folder: true,
  file: true,
  code: true,
  message: true,
  uploads: true,
  sent: true,
};

/** `stamp TKT-1`. */
export const OVERVIEW_FIELDS: Fields = { ...TICKET_FIELDS, link: true, promotable: true, verdicts: true };
/** `stamp TKT-1 --qa`. */
export const PLACE_FIELDS: Fields = { key: true, stage: true, there: true, at: true, link: true };
/** `stamp --list`. */
export const LISTED_FIELDS: Fields = { stage: true, entry: true, says: true, link: true };
/** `stamp TKT-1 --list`. */
export const ENTRY_FIELDS = fieldsOf<TicketDiff['changes'][number]>({
  specifier: true,
  scope: true,
  change: true,
  from: true,
  to: true,
  state: true,
  overtakes: true,
});
