// What is saved in a folder, as it is saved: paths collected until nothing more comes for a moment, since editors and builds
// write a file in several steps. A folder that is replaced is watched again; one that is gone is waited for, up to a limit.
import { type FSWatcher, watch } from 'chokidar';
import { once } from 'node:events';
import path from 'node:path';
import { pause } from '../../client/pause.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { FolderMarks } from './folder-marks.js';
import { isModule, type SourceFolder } from './source-files.js';

/** chokidar leaves out what changes again within 50 ms. */
const QUIET_MS = 60;
const LONGEST_MS = 400;
/** After the last save, all of the folder is looked at: what came too fast for a watcher is found then. */
const SECOND_LOOK_MS = 1000;
/** How often folders are looked at, whether they are still the ones that are watched; it takes a twentieth of the time at most. */
const FOLDERS_MS = 1000;
/** How long a folder may be gone. */
const GONE_MS = 5 * 60_000;

export type Saves =
  | { readonly kind: 'saved'; readonly files: readonly string[]; readonly since: number }
  /** Nothing more came for a while. */
  | { readonly kind: 'quiet' };

export interface WatchEvents {
  /** Something was saved, of what is then given together the first; or git moved. */
  began(): void;
  /** The folder isn't there. */
  gone(): void;
  /** It is there again, or was replaced. */
  back(): void;
}

export interface WatchOptions {
  /** How long the folder may be gone, in milliseconds. */
  readonly goneMs?: number;
  /** Asked once a second: whether git moved, so that files may be something else to the ticket though nobody saved one. */
  readonly haveMoved?: () => Promise<boolean>;
}

export class SaveWatcher {
  private readonly changed = new Set<string>();
  private since = 0;
  private last = 0;
  private unsettled = false;
  private lookAt = 0;
  private failed: Error | undefined;
  private wake: () => void = () => undefined;
  private watcher: FSWatcher | undefined;
  private marks: FolderMarks;

  private constructor(
    private readonly source: SourceFolder,
    private readonly events: WatchEvents,
    private readonly options: WatchOptions,
  ) {
    this.marks = new FolderMarks(source.folder);
  }

  /** Resolves when nothing that is saved from now on is missed. */
  static async open(source: SourceFolder, events: WatchEvents, options: WatchOptions = {}): Promise<SaveWatcher> {
    const saves = new SaveWatcher(source, events, options);
    await saves.start();
    return saves;
  }

  /** Resolves when something was saved and is settled. Rejects with the signal's reason; CliError. */
  async next(signal: AbortSignal): Promise<Saves> {
    for (;;) {
      if (this.failed) throw this.failed;
      if (performance.now() >= this.lookAt) await this.lookAtFolders(signal);
      const now = performance.now();
      if (this.changed.size === 0) {
        if (this.unsettled && now - this.last >= SECOND_LOOK_MS) {
          this.unsettled = false;
          return { kind: 'quiet' };
        }
        const settled = this.unsettled ? SECOND_LOOK_MS - (now - this.last) : Infinity;
        await this.sleep(Math.min(settled, this.lookAt - now), signal);
      } else if (now - this.last >= QUIET_MS || now - this.since >= LONGEST_MS) {
        const files = [...this.changed];
        this.changed.clear();
        return { kind: 'saved', files, since: this.since };
      } else await pause(Math.min(QUIET_MS - (now - this.last), LONGEST_MS - (now - this.since)), signal);
    }
  }

  /** True where nothing was saved since the last `quiet`, and the folders are those that are watched: what is missing is gone. */
  async isStill(signal: AbortSignal): Promise<boolean> {
    // What happened until now is heard of by then.
    await pause(QUIET_MS, signal);
    if (!this.unsettled && (await this.marks.look()) === 'same') return true;
    [this.unsettled, this.last, this.lookAt] = [true, performance.now(), 0];
    return false;
  }

  /** False while the folder is gone. */
  async isThere(): Promise<boolean> {
    return (await this.marks.look()) !== 'gone';
  }

  async close(): Promise<void> {
    await this.watcher?.close();
  }

  private async start(): Promise<void> {
    const { source } = this;
    const marks = new FolderMarks(source.folder);
    marks.note(source.folder);
    const left = await source.ignoredFolders();
    const watcher = watch(source.folder, {
      followSymlinks: false,
      ignored: (file, stats) =>
        file !== source.folder &&
        (/^node_modules$|^\../.test(path.basename(file))
          ? path.basename(file) !== '.gitignore'
          : stats?.isFile()
            ? !isModule(file)
            : left.has(file)),
    });
    let isReady = false;
    watcher.on('all', (event, file) => {
      if (event === 'addDir') marks.note(file);
      if (event === 'unlinkDir') marks.forget(file);
      if (isReady) this.note(file);
    });
    watcher.on('error', (error) => {
      this.failed = watchError(error as NodeJS.ErrnoException, source.label);
      this.wake();
    });
    await once(watcher, 'ready');
    isReady = true;
    [this.watcher, this.marks] = [watcher, marks];
    if (this.failed) throw this.failed;
  }

  /** Goes on with the folders that are there now. Rejects with CliError where the folder doesn't come back. */
  private async lookAtFolders(signal: AbortSignal): Promise<void> {
    const started = performance.now();
    if (await this.source.isElsewhere())
      throw new CliError(`${this.source.label} is another folder now: run the command again.`, EXIT.error);
    const found = await this.marks.look();
    if (found !== 'same') {
      await this.watcher?.close();
      this.changed.clear();
      if (found === 'gone') await this.waitForFolder(signal);
      await this.start().catch(async (error: unknown) => {
        if (await this.isThere()) throw error;
      });
      this.events.began();
      this.events.back();
      // Nothing is known of what was saved meanwhile.
      [this.unsettled, this.last] = [true, performance.now()];
    }
    if (await this.options.haveMoved?.()) {
      this.events.began();
      [this.unsettled, this.last] = [true, performance.now()];
    }
    const now = performance.now();
    this.lookAt = now + Math.max(FOLDERS_MS, 20 * (now - started));
  }

  private async waitForFolder(signal: AbortSignal): Promise<void> {
    this.events.gone();
    const { goneMs = GONE_MS } = this.options;
    const until = performance.now() + goneMs;
    while (!(await this.isThere())) {
      if (performance.now() >= until)
        throw new CliError(
          `${this.source.label} has been gone for ${Math.round(goneMs / 1000)} s. Its files are still in the ticket. Create the folder again, or name another --folder, and run the command again.`,
          EXIT.error,
        );
      await pause(Math.min(FOLDERS_MS / 4, goneMs), signal);
    }
  }

  private note(absolute: string): void {
    if (absolute === this.source.folder) {
      this.lookAt = 0;
      return this.wake();
    }
    const file = this.source.fileOf(absolute);
    if (file === undefined) return;
    this.last = performance.now();
    this.unsettled = true;
    if (isModule(file)) {
      if (this.changed.size === 0) {
        this.since = this.last;
        this.events.began();
      }
      this.changed.add(file);
    }
    this.wake();
  }

  /** Until something is noted, or the time is over. */
  private async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(Math.max(0, ms), AbortSignal.any([woken.signal, signal])).catch(() => undefined);
    this.wake = () => undefined;
    signal.throwIfAborted();
  }
}

function watchError(error: NodeJS.ErrnoException, label: string): CliError {
  if (error.code === 'ENOSPC' || error.code === 'EMFILE')
    return new CliError(
      `The system can't watch all of ${label}: raise fs.inotify.max_user_watches and max_user_instances, or name a smaller --folder.`,
      EXIT.error,
    );
  return new CliError(`${label} can't be watched: ${error.message}`, EXIT.error);
}
