// Whether the disks have room: the one of the data folder and, where it is embedded, Postgres's. A full disk ends Postgres, so
// writing stops before that; reading goes on, and so does writing as soon as there is room again (promise 8).
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { Db } from './database/db.js';
import { DomainError } from './errors.js';
import { observeFreeSpace } from './metrics.controller.js';
import { CONFIG, LOGGER } from './tokens.js';

const LOOK_EVERY_MS = 2000;
const RETRY_SECONDS = 30;
const MEGABYTE = 1024 * 1024;

@Injectable()
export class FreeSpace implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  /** What is kept in which folder. */
  private folders: readonly (readonly [what: string, folder: string])[] = [];
  private free = Infinity;
  private tightest = '';

  constructor(
    private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { dataFolder, databaseUrl } = this.config;
    const [postgres] = databaseUrl
      ? []
      : await this.db.run<{ data_directory: string }>({ text: 'SHOW data_directory' });
    this.folders = [['files', dataFolder], ...(postgres ? ([['postgres', postgres.data_directory]] as const) : [])];
    await this.look();
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  get isLow(): boolean {
    return this.free < this.config.leastFree;
  }

  /** Why nothing of `bytes` can be taken in; undefined where it can. What no upload may be is refused for that, elsewhere. */
  refusal(bytes: number): DomainError | undefined {
    if (this.free - Math.min(bytes, this.config.uploads.request) >= this.config.leastFree) return undefined;
    return new DomainError(
      'unavailable',
      'disk.nearly_full',
      `The server's disk is nearly full (${asMegabytes(this.free)} MB free, ${asMegabytes(this.config.leastFree)} MB are kept free): it takes no changes until there is room. Reading works. Nothing was changed.`,
      { retryAfter: RETRY_SECONDS },
    );
  }

  /** Asks the disks anew. Never rejects: a folder that can't be asked has no room. */
  async look(): Promise<void> {
    const wasLow = this.isLow;
    const found = await Promise.all(
      this.folders.map(async ([what, folder]) => ({ what, folder, free: await freeBytes(folder) })),
    );
    for (const { what, free } of found) observeFreeSpace(what, free);
    const least = found.reduce((one, other) => (other.free < one.free ? other : one), { folder: '', free: Infinity });
    this.free = least.free;
    this.tightest = least.folder;
    if (this.isLow !== wasLow) this.tell();
  }

  private tell(): void {
    const entry = { folder: this.tightest, free_mb: asMegabytes(this.free) };
    if (this.isLow) this.log.error(entry, 'the disk is nearly full: no changes are taken until there is room');
    else this.log.warn(entry, 'the disk has room again: changes are taken');
  }
}

const asMegabytes = (bytes: number): number => Math.floor(bytes / MEGABYTE);

/** Of the disk that a folder is on, or will be when it is made. 0 where it doesn't answer. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const disk = await statfs(folder);
    return disk.bavail * disk.bsize;
  } catch (error) {
    const parent = path.dirname(folder);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder ? freeBytes(parent) : 0;
  }
}
