// A ticket's modules kept in step with a folder: begins the work, sends what differs, says where to see it, and watches.
import path from 'node:path';
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import type { Session } from '../session/session.js';
import { RC_FILE, type Settings } from '../session/settings.js';
import { isLink, pageLink } from '../stages/links.js';
import { beginWork, type BegunTicket } from './open-work-ticket.js';
import { GitFacts } from './git-facts.js';
import { deletedNames } from './deletions.js';
import { type Moved, movedFiles, movedRefusal } from './moved-keys.js';
import { readNames } from './ticket-keys.js';
import { updateAndWatch, updateOnce } from './update-folder.js';
import { type Link, UpdateReport } from './update-report.js';
import { type Watched, type Work, worksOf, workWithout } from './work-files.js';

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
  const [work, ...more] = await readWorks(session, ticket, options);
  const begun = await beginWork(session, ticket, options);
  const link = linkOf(begun, settings.page ?? begun.page);
  const report = new UpdateReport(out, begun, link, (name) => shownIn([work, ...more], name));
  report.began();
  const parts = { session, begun, work, report, facts: new GitFacts(work.source.folder) };
  const { files = [], deletes = [] } = options;
  if (options.once || files.length + deletes.length > 0) return updateOnce(parts, more);
  await updateAndWatch(parts);
  return EXIT.ok;
}

/** By the folder that has it. */
function shownIn(works: Works, name: string): string {
  const { source } = works.find((one) => name.startsWith(one.source.names.prefix)) ?? works[0];
  return source.shown(name);
}

type Works = readonly [Work, ...Work[]];

function watchedIn({ folder, origins }: Settings, options: UpdateOptions): Watched {
  const isNamed = options.folder !== undefined || origins.folder !== 'default';
  const isOwn = options.folder !== undefined || (isNamed && path.basename(origins.folder ?? '') !== RC_FILE);
  return { folder: options.folder ?? folder, isNamed, isOwn };
}

/** Rejects with CliError, before anything is done. */
async function readWorks(session: Session, ticket: string, options: UpdateOptions): Promise<Works> {
  const { settings } = session;
  const { files = [], deletes = [], once = false } = options;
  const watched = watchedIn(settings, options);
  const isDeletion = files.length === 0 && deletes.length > 0 && !once;
  const works = isDeletion ? [await workWithout(settings, watched)] : await worksOf(settings, watched, files);
  // Nothing is asked where files have the name that they always had.
  const hasEarlier = !isDeletion && works.some(({ source }) => source.names.earlier !== undefined);
  if (deletes.length === 0 && !hasEarlier) return atLeastOne(works);
  const names = await readNames(session, ticket);
  const gone = await deletedNames(settings, { files: deletes, ticket, names });
  const settled: Work[] = [];
  for (const work of works) {
    const moved = hasEarlier ? movedFiles(work.source, await sentFiles(work), names) : [];
    requireNamed(session, ticket, { work, options, left: moved.filter(({ earlier }) => !gone.includes(earlier)) });
    settled.push({ ...work, gone: moved.map(({ earlier }) => earlier) });
  }
  const [first, ...others] = atLeastOne(settled);
  return [{ ...first, gone: [...new Set([...gone, ...first.gone])] }, ...others];
}

interface Left {
  readonly work: Work;
  readonly left: readonly Moved[];
  readonly options: UpdateOptions;
}

function requireNamed({ settings }: Session, ticket: string, { work, left, options }: Left): void {
  if (left.length > 0 && !options.moveKeys) throw movedRefusal(settings, work.source, ticket, left);
}

function atLeastOne([first, ...others]: readonly Work[]): Works {
  if (!first) throw new Error('There is nothing to send.');
  return [first, ...others];
}

const sentFiles = async ({ source, isWhole, files }: Work): Promise<Iterable<string>> =>
  isWhole ? (await source.list()).files : files;

/** The page, where the settings know one; else the map. */
function linkOf({ map, stage, key, previewKey }: BegunTicket, page: string | undefined): Link {
  if (page === undefined) return { url: isLink(map) ? map : '', isPage: false };
  return { url: pageLink(page, stage, key, previewKey), isPage: true };
}
