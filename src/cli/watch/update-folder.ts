// Sends what differs in a folder: once, or as it is saved until somebody ends it.
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import { Progress } from '../output/progress.js';
import type { Session } from '../session/session.js';
import path from 'node:path';
import type { Server } from '../../client/server.js';
import { RefMarks } from '../git/ref-marks.js';
import { GitVersions } from '../git/versions.js';
import type { BegunTicket } from './open-work-ticket.js';
import { BuildRule } from './build-rule.js';
import { FolderSync } from './folder-sync.js';
import type { Outcome } from './sync-outcome.js';
import { followTicket } from './follow-ticket.js';
import type { GitFacts } from './git-facts.js';
import { HistoryRule } from './history-rule.js';
import { isEmptied, keepInStep } from './keep-in-step.js';
import { JudgedFolder } from './judged-folder.js';
import { slashed } from './key-names.js';
import { SaveWatcher } from './save-watcher.js';
import type { Listing } from './source-files.js';
import type { RefusedFile } from './kept-files.js';
import { OVERLAP, Sender } from './sender.js';
import { SyncState } from './sync-state.js';
import type { UpdateReport } from './update-report.js';
import type { Work } from './work-files.js';

export interface UpdateParts {
  readonly session: Session;
  readonly begun: BegunTicket;
  readonly work: Work;
  readonly report: UpdateReport;
  readonly facts: GitFacts;
}

/** What is on its way when a watch is ended may still arrive. */
const LAST_UPLOAD_MS = 1000;

/**
 * Sends what was named, or what differs in the folder, and then what differs in more folders. Answers `refused` where another
 * open ticket is in the way of a file (`overlap=block`), `error` where the server refused one otherwise. Rejects with CliError;
 * Refusal; Unreachable; the signal's reason.
 */
export async function updateOnce(parts: UpdateParts, more: readonly Work[] = []): Promise<ExitCode> {
  const refused: RefusedFile[] = [];
  let { begun } = parts;
  for (const work of [parts.work, ...more]) {
    const own = { ...parts, work, begun };
    const sync = await openSync(own);
    const outcome = await (work.isWhole ? sendAll(own, sync, await work.source.list()) : sendNamed(own, sync));
    refused.push(...outcome.refused);
    begun = { ...begun, revision: sync.revision ?? begun.revision };
  }
  parts.report.link();
  if (refused.length === 0) return EXIT.ok;
  return refused.some(({ code }) => code === OVERLAP) ? EXIT.refused : EXIT.error;
}

/** Resolves when a watch is ended on purpose. Rejects as `updateOnce`, whatever ends it else. */
export async function updateAndWatch(parts: UpdateParts): Promise<void> {
  const { session, begun, work, report, facts } = parts;
  const ending = new AbortController();
  const signal = AbortSignal.any([session.signal, ending.signal]);
  const sync = await openSync(parts, signal);
  // Watched before it is looked at: what is saved meanwhile comes twice rather than never.
  const events = {
    began: () => facts.refresh(),
    gone: () => report.folderGone(work.source.label),
    back: () => report.folderBack(work.source.label),
  };
  const { historyIn } = work.source;
  const refs = historyIn === undefined ? undefined : await RefMarks.open(historyIn, session.settings.trunk);
  const saves = await SaveWatcher.open(work.source, events, refs && { haveMoved: () => refs.haveMoved() });
  try {
    await sendFirst(parts, sync);
    report.link();
    report.watching(work.source.label);
    const following = followTicket({ session, begun, connection: report, signal });
    const keeping = keepInStep({ work, report, sync, saves, signal });
    await untilEnded(session.signal, Promise.race([following, keeping]));
    // What is on its way may arrive, and counts.
    await untilEnded(session.signal, keeping);
    report.ended();
  } finally {
    ending.abort();
    await saves.close();
  }
}

/** `waits`: goes on while the server is away, until the signal. */
async function openSync(parts: UpdateParts, waits?: AbortSignal): Promise<FolderSync> {
  const { session, begun, work, report, facts } = parts;
  const { settings, signal } = session;
  const about = {
    url: settings.url,
    folder: work.source.folder,
    prefix: work.source.names.prefix,
    ticket: `${begun.id} ${begun.createdAt}`,
  };
  const state = await SyncState.open(settings.cacheFolder, about);
  state.meet(begun.revision);
  const server = session.serverWith({ signal: later(signal, LAST_UPLOAD_MS), ...(waits ? { patienceMs: 0 } : {}) });
  const sender = new Sender(server, begun, report, {
    waits: waits !== undefined,
    signal: waits ?? signal,
    provenance: () => facts.now(),
  });
  return new FolderSync(work.source, state, sender, await openJudge(parts, server, state));
}

/** Undefined outside of a repository, and where the server knows nothing of versions. */
async function openJudge(
  { session, begun, work, report }: UpdateParts,
  server: Server,
  state: SyncState,
): Promise<JudgedFolder | undefined> {
  const { source } = work;
  const root = source.repository;
  if (root === undefined) return undefined;
  const below = slashed(path.relative(root, source.folder));
  const options = { trunk: session.settings.trunk, note: (line: string) => report.note(line) };
  const parts = { server, ticket: begun, git: await GitVersions.open(root, below, options) };
  return JudgedFolder.open(source, root, {
    ...parts,
    rule: source.isIgnored ? new BuildRule(parts) : new HistoryRule(parts),
    prefix: source.names.prefix,
    isOurs: (file) => Boolean(state.files.get(file)),
  });
}

async function sendNamed({ session, work, report }: UpdateParts, sync: FolderSync): Promise<Outcome> {
  const progress = new Progress(session.out, 'Sending', work.files.length);
  const started = performance.now();
  const outcome = await sync
    .pushNamed(work.files, work.gone, (done) => progress.at(done))
    .finally(() => progress.end());
  report.synced(outcome, work.what, performance.now() - started);
  return outcome;
}

async function sendAll({ session, work, report }: UpdateParts, sync: FolderSync, listing: Listing): Promise<Outcome> {
  const started = performance.now();
  const progress = new Progress(session.out, 'Sending', listing.files.size);
  const outcome = await sync
    .pushAll(listing.files, work.gone, (done) => progress.at(done))
    .finally(() => progress.end());
  report.synced(outcome, work.what, performance.now() - started);
  report.skipped(listing);
  return outcome;
}

/** A watch waits for an empty folder to be filled, in place of deleting what it had. */
async function sendFirst(parts: UpdateParts, sync: FolderSync): Promise<void> {
  const { work, report } = parts;
  const listing = await work.source.list();
  if (!(await isEmptied(work.source, listing.files))) return void (await sendAll(parts, sync, listing));
  report.skipped(listing);
  report.emptied(work.source.label);
}

async function untilEnded(signal: AbortSignal, work: Promise<never>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Aborts some time after another. */
function later(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  signal.addEventListener('abort', () => setTimeout(() => controller.abort(signal.reason), ms).unref(), { once: true });
  return controller.signal;
}
