// What the command answers to the shell. Scripts rely on these: a number never changes its meaning.

export const EXIT = {
  ok: 0,
  /** Something went wrong that has no number of its own. */
  error: 1,
  /** The command line can't be understood. */
  usage: 2,
  /** A policy, a hold or a lock refuses. */
  refused: 3,
  /** 401 or 403. */
  unauthorised: 4,
  /** The ticket, build or check that was waited for or run has failed. */
  failed: 5,
  /** Somebody else was there: a conflict, or another version than expected. */
  conflict: 6,
  notFound: 7,
  /** Not there yet: the wait is over, the work isn't. */
  pending: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** As docs/CLI.md and `stamp --help` say it. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'an error without its own code, or the server cannot be reached',
  2: 'usage: the command line is not valid',
  3: 'refused by a policy (also a conflict of modules), a hold or a lock',
  4: 'not authorised',
  5: 'the work failed: the ticket, its build or a check',
  6: 'conflict: the ticket or release was changed by another client',
  7: 'not found',
  8: 'pending: the wait ended before the work did',
  130: 'interrupted',
};
