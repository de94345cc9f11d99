// A ticket's modules kept in step with a folder: begins the work, sends what differs, says where to see it, and watches.
import { EXIT, type ExitCode } from '../exit-codes.js';
import type { Session } from '../session.js';
import { isLink, pageLink } from '../stages/links.js';
import { beginWork, type BegunTicket } from './begin-work.js';
import { GitFacts } from './git-facts.js';
import { deletedNames } from './deletions.js';
import { movedFiles, movedRefusal } from './moved-keys.js';
import { readNames } from './ticket-keys.js';
import { updateAndWatch, updateOnce } from './update-folder.js';
import { type Link, UpdateReport } from './update-report.js';
import { type Work, workOf, workWithout } from './work-files.js';

export interface UpdateOptions {
  /** These are sent once; none: the folder is. */
  readonly files?: readonly string[] | undefined;
  /** These are deleted from the ticket: paths from the current folder. */
  readonly deletes?: readonly string[] | undefined;
  /** Default: the setting `folder`. */
  readonly folder?: string | undefined;
  /** Ends when what differs is sent. */
  readonly once?: boolean | undefined;
  /** Of a ticket that is new. */
  readonly title?: string | undefined;
  /** Renames what the ticket or production has under an earlier name. */
  readonly moveKeys?: boolean | undefined;
  /** Asks nothing. */
  readonly yes?: boolean | undefined;
}

/**
 * `ticket` is a key as `ticketNamed` gives it. Resolves when the work is done or a watch was ended on purpose; with an exit
 * code of its own where a file was refused. Rejects with
 * CliError (refused where the ticket is frozen or closed), Refusal, Unreachable; with the signal's reason before it watches.
 */
export async function runUpdate(session: Session, ticket: string, options: UpdateOptions): Promise<ExitCode> {
  const { settings, out } = session;
  const work = await readWork(session, ticket, options);
  const begun = await beginWork(session, ticket, options);
  const report = new UpdateReport(out, begun, linkOf(begun, settings.page ?? begun.page), (name) =>
    work.source.shown(name),
  );
  report.began();
  const parts = { session, begun, work, report, facts: new GitFacts(work.source.folder) };
  if (options.once || !work.isWhole) return updateOnce(parts);
  await updateAndWatch(parts);
  return EXIT.ok;
}

/** Rejects with CliError, before anything is done. */
async function readWork(session: Session, ticket: string, options: UpdateOptions): Promise<Work> {
  const { settings } = session;
  const { files = [], deletes = [] } = options;
  const isNamed = options.folder !== undefined || settings.origins.folder !== 'default';
  const watched = { folder: options.folder ?? settings.folder, isNamed };
  const isDeletion = files.length === 0 && deletes.length > 0;
  const work = await (isDeletion ? workWithout(settings, watched) : workOf(settings, watched, files));
  // Nothing is asked where files have the name that they always had.
  const hasEarlier = work.source.names.earlier !== undefined && !isDeletion;
  if (deletes.length === 0 && !hasEarlier) return work;
  const names = await readNames(session, ticket);
  const gone = await deletedNames(settings, { files: deletes, ticket, names });
  const moved = hasEarlier ? movedFiles(work.source, await sentFiles(work), names) : [];
  const left = moved.filter(({ earlier }) => !gone.includes(earlier));
  if (left.length > 0 && !options.moveKeys) throw movedRefusal(settings, work.source, ticket, left);
  return { ...work, gone: [...new Set([...gone, ...moved.map(({ earlier }) => earlier)])] };
}

const sentFiles = async ({ source, isWhole, files }: Work): Promise<Iterable<string>> =>
  isWhole ? (await source.list()).files : files;

/** The page, where the settings know one; else the map. */
function linkOf({ map, stage, key, previewKey }: BegunTicket, page: string | undefined): Link {
  if (page === undefined) return { url: isLink(map) ? map : '', isPage: false };
  return { url: pageLink(page, stage, key, previewKey), isPage: true };
}
