// The command's first grammar: `stamp TKT-001 --update`, `--promote`, `--list` … What it asks for is done by the verbs.
import type { OptionLine, Verb } from './verb.js';
import { show } from './verbs/show.js';

/** Of every verb. */
export const COMMON: readonly OptionLine[] = [
  ['-v, --verbose', 'say more: each request, and what an error knows'],
  ['--json [fields]', 'print JSON; with names, only these: --json=key,stage'],
  ['--url <url>', 'the server; STAMP_URL says it too'],
  ['--project <name>', "the project; STAMP_PROJECT says it too (default: 'default')"],
  ['-t, --ticket <key>', 'the ticket'],
  ['-y, --yes', 'ask nothing'],
];

/** What the command line means without a verb. */
export const GRAMMAR: Verb = { ...show, name: 'stamp', takes: '[ticket]', options: [] };
