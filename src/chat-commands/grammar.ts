// What commands there are (stream.md, "Commands"): each verb with what it takes, as data.

export type Argument = 'ticket' | 'stage' | 'release' | 'verb' | 'confirmation';
/** `words`: all words up to the next flag; `word`: one; `number`: one that is a whole number; `switch`: none. */
export type FlagKind = 'words' | 'word' | 'number' | 'switch';

export const FLAGS = {
  reason: 'words',
  until: 'word',
  project: 'word',
  release: 'number',
  'to-revision': 'number',
  cascade: 'switch',
  force: 'switch',
  stage: 'word',
  rule: 'words',
  as: 'word',
  comment: 'words',
  policy: 'word',
  hours: 'number',
} as const satisfies Record<string, FlagKind>;
export type Flag = keyof typeof FLAGS;

export interface Grammar {
  /** In this order. A ticket may be left out where the command is given in a ticket's own place. */
  readonly takes: readonly Argument[];
  readonly optional?: boolean;
  readonly flags: readonly Flag[];
  /** Flags that it can't do without. */
  readonly needs?: readonly Flag[];
  readonly usage: string;
  readonly about: string;
  /** What whoever says it may need; bringing tickets to a stage needs that stage's scope, which the use case asks for. */
  readonly scope?: string;
  /** Flags that the stamp command alone has: what to say of one. */
  readonly terminal?: { readonly flag: string; readonly says: string };
  /** True where it may move production's pointer, so that it takes its turn with the others who write to it. */
  readonly flips?: boolean;
}

/** Going past a policy takes a look at all that it says, which a terminal shows. */
export const FORCED_IN_TERMINAL =
  'A policy is forced in a terminal: stamp promote TKT-1 --force imports --reason "why"';

export const GRAMMAR = {
  status: {
    takes: ['ticket'],
    flags: ['project'],
    usage: 'status TKT-1',
    about: 'Shows where a ticket is.',
    scope: 'read',
  },
  list: {
    takes: ['stage'],
    optional: true,
    flags: ['project'],
    usage: 'list [qa]',
    about: 'Lists open tickets, or those at a stage.',
    scope: 'read',
  },
  why: {
    takes: ['ticket'],
    flags: ['project'],
    usage: 'why TKT-1',
    about: "Explains why a ticket can't be promoted.",
    scope: 'read',
  },
  approve: {
    takes: ['ticket'],
    flags: ['project', 'stage', 'rule', 'as', 'comment'],
    usage: 'approve TKT-1 [--stage prod] [--comment …] [--as qa@example.com]',
    about: 'Approves a ticket for its next stage.',
    scope: 'read',
  },
  reject: {
    takes: ['ticket'],
    flags: ['project', 'stage', 'rule', 'as', 'reason'],
    needs: ['reason'],
    usage: 'reject TKT-1 --reason … [--stage prod] [--as qa@example.com]',
    about: 'Rejects a ticket for its next stage.',
    scope: 'read',
  },
  withdraw: {
    takes: ['ticket'],
    flags: ['project', 'stage', 'rule', 'as'],
    usage: 'withdraw TKT-1 [--stage prod] [--as qa@example.com]',
    about: 'Withdraws your approval or reject of a ticket.',
    scope: 'read',
  },
  override: {
    takes: ['ticket'],
    flags: ['project', 'policy', 'stage', 'rule', 'reason', 'hours'],
    needs: ['policy', 'reason'],
    usage: 'override TKT-1 --policy soak --reason … [--hours 4] [--stage prod]',
    about: 'Overrides a policy for a ticket.',
    scope: 'override',
  },
  promote: {
    takes: ['ticket'],
    flags: ['project', 'release'],
    usage: 'promote TKT-1 [--release 41]',
    about: 'Promotes a ticket to the next stage.',
    terminal: { flag: 'force', says: FORCED_IN_TERMINAL },
    flips: true,
  },
  revert: {
    takes: ['ticket'],
    flags: ['project', 'reason', 'to-revision', 'cascade', 'force'],
    usage: 'revert TKT-1 [--reason …] [--cascade | --force] [--to-revision 3]',
    about: 'Reverts a ticket to the stage before.',
    flips: true,
  },
  rollback: {
    takes: ['stage', 'release'],
    flags: ['project', 'reason', 'force'],
    usage: 'rollback prod 41 [--reason …] [--force]',
    about: 'Makes production equal to an earlier release.',
    flips: true,
  },
  close: {
    takes: ['ticket'],
    flags: ['project', 'reason'],
    usage: 'close TKT-1 [--reason …]',
    about: 'Closes a ticket.',
    scope: 'ticket:write',
  },
  reopen: {
    takes: ['ticket'],
    flags: ['project', 'reason'],
    usage: 'reopen TKT-1 [--reason …]',
    about: 'Reopens a ticket.',
    scope: 'ticket:write',
  },
  hold: {
    takes: ['ticket'],
    flags: ['project', 'reason', 'until'],
    needs: ['reason'],
    usage: 'hold TKT-1 --reason … [--until 2h]',
    about: 'Keeps a ticket from being promoted, until the hold is lifted or ends.',
    scope: 'ticket:write',
  },
  unhold: {
    takes: ['ticket'],
    flags: ['project', 'reason'],
    usage: 'unhold TKT-1 [--reason …]',
    about: 'Lifts the hold of a ticket.',
    scope: 'ticket:write',
  },
  lock: {
    takes: ['stage'],
    flags: ['project', 'reason', 'until'],
    needs: ['reason'],
    usage: 'lock prod --reason … [--until 2026-11-22T08:00Z]',
    about: 'Keeps tickets from being promoted to a stage.',
    scope: 'admin',
  },
  unlock: {
    takes: ['stage'],
    flags: ['project', 'reason'],
    usage: 'unlock prod [--reason …]',
    about: 'Unlocks a stage.',
    scope: 'admin',
  },
  confirm: {
    takes: ['confirmation'],
    flags: [],
    usage: 'confirm 1f0a9c33b7',
    about: 'Runs the command that waits for your confirmation.',
  },
  help: { takes: ['verb'], optional: true, flags: [], usage: 'help [promote]', about: 'Lists the commands.' },
} as const satisfies Record<string, Grammar>;

export type Verb = keyof typeof GRAMMAR;
export const VERBS = Object.keys(GRAMMAR) as readonly Verb[];

export const grammarOf = (verb: Verb): Grammar => GRAMMAR[verb];
