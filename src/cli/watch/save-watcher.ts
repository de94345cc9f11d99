// What is saved in a folder, as it is saved: paths collected until nothing more comes for a moment, since editors and builds
// write a file in several steps.
import { type FSWatcher, watch } from 'chokidar';
import { once } from 'node:events';
import path from 'node:path';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { isModule, type SourceFolder } from './source-files.js';
import { pause } from '../../client/pause.js';

/** chokidar leaves out what changes again within 50 ms. */
const QUIET_MS = 60;
const LONGEST_MS = 400;
/** After the last save, all of the folder is looked at: what came too fast for a watcher is found then. */
const SECOND_LOOK_MS = 1000;

export type Saves =
  | { readonly kind: 'saved'; readonly files: readonly string[]; readonly since: number }
  /** Nothing more came for a while. */
  | { readonly kind: 'quiet' };

export class SaveWatcher {
  private readonly changed = new Set<string>();
  private since = 0;
  private last = 0;
  private unsettled = false;
  private failed: Error | undefined;
  private wake: () => void = () => undefined;

  private constructor(
    private readonly source: SourceFolder,
    private readonly watcher: FSWatcher,
    /** Hears of the first of what is then given together. */
    private readonly began: () => void,
  ) {
    watcher.on('all', (_event, file) => this.note(file));
    watcher.on('error', (error) => {
      this.failed = watchError(error as NodeJS.ErrnoException, source.label);
      this.wake();
    });
  }

  /** Resolves when nothing that is saved from now on is missed. */
  static async open(source: SourceFolder, began: () => void): Promise<SaveWatcher> {
    const left = await source.ignoredFolders();
    const watcher = watch(source.folder, {
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (file, stats) =>
        file !== source.folder &&
        (/^node_modules$|^\../.test(path.basename(file))
          ? path.basename(file) !== '.gitignore'
          : stats?.isFile()
            ? !isModule(file)
            : left.has(file)),
    });
    const saves = new SaveWatcher(source, watcher, began);
    await once(watcher, 'ready');
    if (saves.failed) throw saves.failed;
    return saves;
  }

  /** Resolves when something was saved and is settled. Rejects with the signal's reason; CliError. */
  async next(signal: AbortSignal): Promise<Saves> {
    for (;;) {
      if (this.failed) throw this.failed;
      const now = performance.now();
      if (this.changed.size === 0) {
        if (this.unsettled && now - this.last >= SECOND_LOOK_MS) {
          this.unsettled = false;
          return { kind: 'quiet' };
        }
        await this.sleep(this.unsettled ? SECOND_LOOK_MS - (now - this.last) : undefined, signal);
      } else if (now - this.last >= QUIET_MS || now - this.since >= LONGEST_MS) {
        const files = [...this.changed];
        this.changed.clear();
        return { kind: 'saved', files, since: this.since };
      } else await pause(Math.min(QUIET_MS - (now - this.last), LONGEST_MS - (now - this.since)), signal);
    }
  }

  close(): Promise<void> {
    return this.watcher.close();
  }

  private note(absolute: string): void {
    const file = this.source.fileOf(absolute);
    if (file === undefined) return;
    this.last = performance.now();
    this.unsettled = true;
    if (isModule(file)) {
      if (this.changed.size === 0) {
        this.since = this.last;
        this.began();
      }
      this.changed.add(file);
    }
    this.wake();
  }

  /** Until something is noted, or the time is over. */
  private async sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(ms ?? 2 ** 31 - 1, AbortSignal.any([woken.signal, signal])).catch(() => undefined);
    this.wake = () => undefined;
    signal.throwIfAborted();
  }
}

function watchError(error: NodeJS.ErrnoException, label: string): CliError {
  if (error.code === 'ENOSPC' || error.code === 'EMFILE')
    return new CliError(
      `The system doesn't let all of ${label} be watched: raise fs.inotify.max_user_watches and max_user_instances, or name a smaller --folder.`,
      EXIT.error,
    );
  return new CliError(`${label} can't be watched: ${error.message}`, EXIT.error);
}
