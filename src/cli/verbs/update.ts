// stamp update, and `stamp TKT-001 --update`: keeps what a ticket carries in step with a folder.
import { runUpdate } from '../watch/run-update.js';
import type { Session } from '../session/session.js';
import type { ExitCode } from '../words/exit-codes.js';
import { type Options, textOf, textsOf } from '../words/options.js';
import { ticketBefore } from '../tickets/ticket-name.js';
import type { OptionLine, Verb } from '../session/verb.js';
import { UPDATE_FIELDS } from '../words/json-shapes.js';

/** Beside the files and the folder, which the first grammar has flags of its own for. */
export const UPDATE_OPTIONS: readonly OptionLine[] = [
  ['--once', 'send what differs, and end; for CI'],
  ['--delete <file...>', 'a file or folder that was deleted: delete it from the ticket; may be repeated'],
  ['--move-keys', 'rename keys that production or the ticket has under an earlier name of a file'],
  ['--title <title>', 'the title of a new ticket; default: the git branch, else the key'],
];

/** As both grammars ask for it. */
export const updateWith = (
  session: Session,
  key: string,
  files: readonly string[],
  options: Options,
): Promise<ExitCode> =>
  runUpdate(session, key, {
    files,
    folder: textOf(options, 'folder'),
    once: options.once === true,
    deletes: textsOf(options, 'delete'),
    moveKeys: options.moveKeys === true,
    title: textOf(options, 'title'),
    yes: options.yes === true,
  });

export const update: Verb = {
  name: 'update',
  takes: '[ticket] [files...]',
  summary: 'Send modules as they are saved, and show the link to the preview',
  description:
    'A ticket that does not exist is created. With files, sends these once; without, sends what differs in the folder, then ' +
    'watches it for what is added, changed and deleted until Ctrl-C. Files that git ignores are not sent; a folder that git ignores as a whole is sent if you name it: dist.',
  options: [['-f, --folder <folder>', 'the folder to watch (default: ./src)'], ...UPDATE_OPTIONS],
  completes: 'ticket',
  json: UPDATE_FIELDS,
  examples: [
    { run: 'stamp update TKT-1 --once', says: 'send what differs in ./src, and end' },
    { run: 'stamp update TKT-1 src/cart.js', says: 'send one file' },
  ],
  run: async (session, args, options) => {
    const [key, files] = await ticketBefore(session, args, options);
    return updateWith(session, key, files, options);
  },
};
