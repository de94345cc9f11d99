// Reads the scripts of uploads: small ones at once, large ones in a thread, so that no file of anybody's holds the others up.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../config.js';
import { DomainError } from '../platform/errors.js';
import { CONFIG } from '../platform/injection-tokens.js';
import { PoolError, WorkerPool } from '../platform/worker-pool.js';
import { type BlobStore, MODULE_BLOBS } from '../files/blob-store.js';
import type { FormFile } from '../files/form.js';
import { type NewNames, readScript, type ScriptRead, type ScriptTask } from './read-script.js';
import type { WorkerAnswer } from './script-worker.js';
import { mapPathOf } from './source-rewrite.js';

/** Characters that are read at once: some ten milliseconds. */
const SMALL = 256 * 1024;
const LIMITS = { threads: 2, waiting: 32, milliseconds: 30_000, heapMegabytes: 512 };

@Injectable()
export class ScriptReader implements OnApplicationShutdown {
  private readonly pool = new WorkerPool(new URL('./script-worker.js', import.meta.url), LIMITS);

  constructor(
    @Inject(MODULE_BLOBS) private readonly files: BlobStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationShutdown(): Promise<void> {
    return this.pool.close();
  }

  async textOf({ blob }: FormFile): Promise<string> {
    return (await this.files.read(blob)).toString();
  }

  /** Rejects with unprocessable `upload.syntax_error`, `upload.too_many_imports`, `upload.too_complex`; unavailable. */
  async imports(file: FormFile): Promise<ScriptRead> {
    return this.read({ path: file.path, text: await this.textOf(file) });
  }

  /** With other names for some imports. `files` are those that came along, by path: the map that it names may be one of them. */
  async rewrite(file: FormFile, to: NewNames, files: ReadonlyMap<string, FormFile>): Promise<ScriptRead> {
    const text = await this.textOf(file);
    const map = files.get(mapPathOf(file.path, text) ?? '');
    return this.read({ path: file.path, text, rewrite: { to, map: map && (await this.textOf(map)) } });
  }

  private read(asked: Omit<ScriptTask, 'most'>): Promise<ScriptRead> {
    const task = { ...asked, most: this.config.uploads.imports };
    const size = task.text.length + (task.rewrite?.map?.length ?? 0);
    return size <= SMALL ? readScript(task) : this.inThread(task);
  }

  private async inThread(task: ScriptTask): Promise<ScriptRead> {
    try {
      const answer = (await this.pool.run(task)) as WorkerAnswer;
      if ('read' in answer) return answer.read;
      throw DomainError.received(answer.refusal);
    } catch (error) {
      throw error instanceof PoolError ? refusalOf(error, task.path) : error;
    }
  }
}

function refusalOf(error: PoolError, path: string): DomainError {
  if (error.reason === 'full')
    return new DomainError(
      'unavailable',
      'upload.busy',
      'The server is busy with other large scripts. Send the upload again.',
      { retryAfter: 5 },
    );
  const why =
    error.reason === 'time' ? `${LIMITS.milliseconds / 1000} seconds` : `${LIMITS.heapMegabytes} MB of memory`;
  const message = `${path} takes more than ${why} to read. Split it, or build it without generated parts.`;
  return new DomainError('unprocessable', 'upload.too_complex', message, { part: path, cause: error });
}
