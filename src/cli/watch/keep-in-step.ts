// What a watch does with what is saved: sends it as it comes. What is missing is deleted from the ticket only once nothing more
// comes and the folder is there with modules in it, since a build may take all away before it writes.
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { FolderSync } from './folder-sync.js';
import type { Saves, SaveWatcher } from './save-watcher.js';
import type { SourceFolder } from './source-files.js';
import type { UpdateReport } from './update-report.js';
import type { Work } from './work-files.js';

interface Parts {
  readonly work: Work;
  readonly report: UpdateReport;
  readonly sync: FolderSync;
  readonly saves: SaveWatcher;
  readonly signal: AbortSignal;
}

/** Never resolves. Rejects as `FolderSync` does; with CliError where the folder can't be watched any more; the signal's reason. */
export async function keepInStep(parts: Parts): Promise<never> {
  const missing = new Set<string>();
  for (;;) {
    const found = await parts.saves.next(parts.signal);
    try {
      if (found.kind === 'saved') await sendSaved(parts, found, missing);
      else await lookAtAll(parts, missing);
    } catch (error) {
      // The folder went away meanwhile: the next look says so.
      if (!isAboutFiles(error) || (await parts.saves.isThere())) throw error;
    }
  }
}

async function sendSaved(
  { work, sync, report }: Parts,
  { files, since }: Saves & { kind: 'saved' },
  missing: Set<string>,
): Promise<void> {
  const there = await Promise.all(files.map((file) => work.source.isThere(file)));
  files.forEach((file, index) => (there[index] ? missing.delete(file) : missing.add(file)));
  const outcome = await sync.pushSome(files.filter((_file, index) => there[index]));
  report.saved(outcome, performance.now() - since);
}

async function lookAtAll({ work, sync, report, saves, signal }: Parts, missing: Set<string>): Promise<void> {
  const started = performance.now();
  const { files } = await work.source.list();
  if (!(await saves.isStill(signal))) return;
  if (await isEmptied(work.source, files)) return report.emptied(work.source.label);
  report.filled();
  const stays = await work.source.stays([...missing]);
  const gone = [...missing].filter((file) => !stays.has(file));
  for (const look of [() => sync.pushSome(gone), () => sync.pushAll(files)])
    report.saved(await look(), performance.now() - started);
  missing.clear();
}

/** True where none of the modules that it should have is there. */
export async function isEmptied(source: SourceFolder, files: ReadonlySet<string>): Promise<boolean> {
  for (const file of files) if (await source.isThere(file)) return false;
  return true;
}

/** Not what the server or a person said. */
function isAboutFiles(error: unknown): boolean {
  if (error instanceof CliError) return error.exit === EXIT.error;
  return ['ENOENT', 'ENOTDIR', 'ESTALE'].includes((error as NodeJS.ErrnoException).code ?? '');
}
