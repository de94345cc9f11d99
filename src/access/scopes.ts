// What a token may be given, and what each scope is good for (promises.md, "Who may do what").

/** With what they allow, as the documentation says it. `map:<stage>` stands for one scope a stage. */
export const SCOPES: Readonly<Record<string, string>> = {
  read: 'every GET',
  'ticket:write': 'tickets, bundles, subtickets, source packages and their uploads, persons; holding a ticket',
  'status:write': 'steps and statuses of tickets and subtickets',
  'artifact:write': 'artifacts, test results, files of source package uploads',
  'event:write': 'POST /events',
  'map:<stage>': 'promoting tickets to that stage and writing to it; for the first stage, uploading modules',
  'stage:lock': 'reserved for locks and rollbacks; no call needs it yet',
  override: 'overriding a policy of a promotion: implied by no other scope',
  admin: 'projects, branches, test suites, team members and roles, the package list, locks, tokens',
};

const STAGE = /^map:[a-z0-9][a-z0-9_-]{0,31}$/;

export const isScope = (text: string): boolean =>
  text === 'map:<stage>' ? false : Object.hasOwn(SCOPES, text) || STAGE.test(text);
