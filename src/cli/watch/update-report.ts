// What a watch says: a line for each save, or a line of JSON.
import { shell } from '../../platform/shell-quote.js';
import type { Output } from '../output/output.js';
import type { BegunTicket } from './open-work-ticket.js';
import type { Outcome } from './sync-outcome.js';
import type { Connection } from './sender.js';
import { MODULE_KINDS, type Listing } from './source-files.js';
import { about, allIgnored, BUILD, doneBeside, files, names, notSent, seconds } from './sync-words.js';

/** Warnings of one upload that are said in full. */
const MOST_WARNINGS = 5;
export interface Link {
  readonly url: string;
  /** False where no page is known, and it leads to the map. */
  readonly isPage: boolean;
}

export class UpdateReport implements Connection {
  private readonly warned = new Set<string>();
  private readonly totals = { uploads: 0, sent: 0, deleted: 0 };
  private saidShared = false;
  private isAway = false;
  private isGone = false;
  private isEmpty = false;

  constructor(
    private readonly out: Output,
    private readonly ticket: BegunTicket,
    private readonly to: Link,
    /** A file's path from the current folder, by what the server calls it. */
    private readonly shown: (name: string) => string,
  ) {}

  began(): void {
    const { key, title, stage, isNew } = this.ticket;
    if (this.out.isJson) this.event('ticket', { key, title, stage, created: isNew }, '');
    else
      this.out.note(`${this.out.paint('bold', key, this.out.stderr)} ${title} · ${isNew ? `new, in ${stage}` : stage}`);
  }

  /** The first look at a folder, or files that were asked for. */
  synced(outcome: Outcome, what: string, ms: number): void {
    this.count(outcome);
    const { sent, live } = outcome;
    const done = [
      ...(sent.length > 0 ? [`${files(sent.length)} sent`] : []),
      ...doneBeside(outcome, ({ length }) => String(length)),
    ];
    const nothing = live.length > 0 ? `no changes: ${files(live.length)} as in production` : 'nothing to send';
    this.event(
      'synced',
      { ...about(outcome), ms: Math.round(ms) },
      `${this.ticket.key}: ${done.join(', ') || nothing} from ${what}${sent.length > 0 ? ` ${this.dim(`(${seconds(ms)})`)}` : ''}`,
    );
    this.explain(outcome);
  }

  /** Files that are no modules stay here, which is said to people only; and symlinks, which is said always. */
  skipped({ files, others, links, repositories, ignored }: Listing): void {
    if (links.length > 0) this.leftOut(links);
    if (repositories.length > 0) this.ofOthers(repositories);
    if (files.size === 0) this.noModules(others, ignored);
    else if (others.size > 0) this.out.note(this.out.paint('dim', notSent(others), this.out.stderr));
  }

  /** Said always: whoever runs it expects that something was sent. */
  private noModules(others: Listing['others'], ignored: Listing['ignored']): void {
    const none = ignored.length > 0 ? allIgnored(ignored) : `The folder has no modules (${MODULE_KINDS}). ${BUILD}`;
    const message = others.size > 0 ? notSent(others) : none;
    if (this.out.isJson) this.event('left_out', { files: [], reason: 'no_modules', message }, '');
    else this.out.warn(message);
  }

  private ofOthers(folders: readonly string[]): void {
    const [first = ''] = folders;
    const message = `Files of other repositories, such as submodules, are not sent: ${names(folders)}. To send them: ${shell`stamp ${this.ticket.key} --update --once --folder ${first}`}`;
    if (this.out.isJson) this.event('left_out', { files: folders, reason: 'submodule', message }, '');
    else this.out.warn(message);
  }

  private leftOut(links: readonly string[]): void {
    if (this.out.isJson) this.event('left_out', { files: links, reason: 'symlink' }, '');
    else this.out.warn(`Symlinks are not sent: ${names(links)}. Put the files themselves in the folder.`);
  }

  /** What could not be asked. */
  note(line: string): void {
    if (this.out.isJson) this.event('note', { message: line }, '');
    else this.out.unchecked(line);
  }

  /** Where to see it. */
  link(): void {
    const { url, isPage } = this.to;
    if (this.out.isJson) this.event('link', { url }, '');
    else if (url) this.out.say(this.out.paint('cyan', url));
    const { stage, key } = this.ticket;
    if (!isPage)
      this.out.note(
        `Open your page with ?${stage}=${key}; with "page": "<its URL>" in .stamprc.json the link is shown here.`,
      );
  }

  watching(label: string): void {
    if (this.out.isJson) this.event('watching', { folder: label }, '');
    else this.out.note(`Watching ${label}. Ctrl-C ends it.`);
  }

  folderGone(label: string): void {
    this.isGone = true;
    const line = `${this.now()}  ${this.out.paint('yellow', `${label} is gone`)}: nothing is deleted from ${this.ticket.key}. Waiting for the folder.`;
    this.event('folder_gone', { folder: label }, line);
  }

  folderBack(label: string): void {
    if (!this.isGone) return;
    this.isGone = false;
    this.event('folder_back', { folder: label }, `${this.now()}  ${this.out.paint('green', `${label} is back.`)}`);
  }

  /** A watched folder has no modules; said once until it has some. */
  emptied(label: string): void {
    if (this.isEmpty) return;
    this.isEmpty = true;
    const { key } = this.ticket;
    const line = `${this.now()}  ${this.out.paint('yellow', `${label} has no modules`)}: nothing is deleted from ${key} until it has some. To delete its files from the ticket, end the watch and run: ${shell`stamp ${key} --update --once`}`;
    this.event('emptied', { folder: label }, line);
  }

  filled(): void {
    this.isEmpty = false;
  }

  saved(outcome: Outcome, ms: number): void {
    this.count(outcome);
    const { sent, live } = outcome;
    const what = [
      ...(sent.length > 0 ? [this.names(sent)] : []),
      ...doneBeside(outcome, (all) => this.names(all)),
      ...(live.length > 0 ? [`${this.names(live)} as in production`] : []),
    ].join(', ');
    const line = `${this.now()}  ${what}  ${this.dim(`${Math.round(ms)} ms`)}`;
    if (what !== '') this.event('saved', { ...about(outcome), ms: Math.round(ms) }, line);
    this.explain(outcome);
  }

  away(): void {
    if (this.isAway) return;
    this.isAway = true;
    this.event(
      'away',
      {},
      `${this.now()}  ${this.out.paint('yellow', 'The server is not answering')}: saved files are sent when it answers again.`,
    );
  }

  back(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.event('back', {}, `${this.now()}  ${this.out.paint('green', 'The server is back.')}`);
  }

  ended(): void {
    const { uploads, sent, deleted } = this.totals;
    if (this.out.isJson) return this.event('ended', this.totals, '');
    this.out.note('');
    this.out.note(
      `${this.ticket.key}: ${files(sent)} sent in ${uploads} ${uploads === 1 ? 'upload' : 'uploads'}${deleted > 0 ? `, ${deleted} deleted` : ''}. To QA: ${shell`stamp ${this.ticket.key} --promote`}`,
    );
  }

  private count({ sent, gone, live }: Outcome): void {
    if (sent.length + gone.length + live.length === 0) return;
    this.totals.uploads++;
    this.totals.sent += sent.length;
    this.totals.deleted += gone.length;
  }

  /** What the server refused, and what it warned of: each once. */
  private explain({ refused, warnings, isShared }: Outcome): void {
    for (const { name, message } of refused) {
      if (this.out.isJson) this.event('refused', { file: name, message }, '');
      else this.out.error(message.includes(name) ? message : `${this.shown(name)}: ${message}`);
    }
    const fresh = warnings.filter(({ message }) => !this.warned.has(message));
    for (const [index, { code, message }] of fresh.entries()) {
      this.warned.add(message);
      if (this.out.isJson) this.event('warning', { code, message }, '');
      else if (index < MOST_WARNINGS || this.out.isVerbose) this.out.warn(message);
    }
    if (fresh.length > MOST_WARNINGS && !this.out.isVerbose && !this.out.isJson)
      this.out.warn(`… and ${fresh.length - MOST_WARNINGS} more: --verbose shows all.`);
    if (!isShared || this.saidShared) return;
    this.saidShared = true;
    if (this.out.isJson) this.event('shared', {}, '');
    else
      this.out.warn(
        `Another client is changing the modules of ${this.ticket.key}, too: ${shell`stamp diff ${this.ticket.key}`} shows the current changes.`,
      );
  }

  private event(event: string, more: object, line: string): void {
    this.out.stream({ event, ticket: this.ticket.key, time: new Date().toISOString(), ...more }, line);
  }

  private now(): string {
    const now = new Date();
    return this.dim(
      [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':'),
    );
  }

  private names(all: readonly string[]): string {
    return names(all.map((name) => this.shown(name)));
  }

  private dim(text: string): string {
    return this.out.paint('dim', text);
  }
}
