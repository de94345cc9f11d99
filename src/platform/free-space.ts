// Whether the disks have room and can be written: the one of the data folder and, where it is embedded, Postgres's. A full disk, one
// without inodes or one that can't be written ends Postgres, so writing stops before that; reading goes on, and so does writing as
// soon as the cause is gone (promise 8).
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { sqlState } from './database/database-error.js';
import { Db } from './database/db.js';
import { cannotWriteIn, closedToOwner, type Room, roomIn } from './disk-facts.js';
import { DomainError } from './errors.js';
import { observeFreeSpace } from './metrics.controller.js';
import { Recurring } from './recurring.js';
import { CONFIG, LOGGER } from './injection-tokens.js';
import type { CodeOf } from './refusals/refusals.js';

const LOOK_EVERY_MS = 2000;
const RETRY_SECONDS = 30;
const MEGABYTE = 1024 * 1024;

const UNWRITABLE = 'disk.unwritable';

/** Where the embedded Postgres keeps its data, and the folders below in which it makes files all the time. */
interface PostgresFolder {
  readonly data_directory: string;
  readonly below: readonly string[];
}

/** Postgres can't write: permissions or a read-only disk, an I/O error, no room. */
const CANNOT_WRITE = /^(42501|58030|53100)$/;

const ROOMY: Room = { bytes: Infinity, files: Infinity };

@Injectable()
export class FreeSpace implements OnApplicationBootstrap {
  private postgres: PostgresFolder | undefined;
  private room = ROOMY;
  /** Where and why nothing can be written: for the operator. */
  private unwritable: string | undefined;
  /** The code of what was logged last. */
  private told: string | undefined;

  constructor(
    private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.databaseUrl === undefined) {
      const [found] = await this.db.run<{ data_directory: string; oid: string }>({
        text: `SELECT current_setting('data_directory') AS data_directory, oid::text AS oid FROM pg_database WHERE datname = current_database()`,
      });
      if (found) this.postgres = { ...found, below: ['pg_wal', 'pg_snapshots', `base/${found.oid}`] };
    }
    await this.look();
  }

  /** Why nothing of `bytes` can be taken in; undefined where it can. What no upload may be is refused for that, elsewhere. */
  refusal(bytes: number): DomainError | undefined {
    const { leastFree, leastInodes, uploads } = this.config;
    if (this.room.bytes - Math.min(bytes, uploads.request) < leastFree)
      return refused(
        'disk.nearly_full',
        `The server's disk is nearly full (${asMegabytes(this.room.bytes)} MB free, ${asMegabytes(leastFree)} MB are reserved)`,
      );
    if (this.room.files < leastInodes)
      return refused(
        'disk.nearly_full',
        `The server's disk is nearly out of inodes (${this.room.files} left, ${leastInodes} are reserved)`,
      );
    if (this.unwritable !== undefined) return refused(UNWRITABLE, 'The server cannot write to its data folder');
    return undefined;
  }

  /** Asks the disks again. Never rejects: a folder that can't be asked has no room. */
  @Recurring({ name: 'disk.look', everyMs: LOOK_EVERY_MS })
  async look(): Promise<void> {
    const { dataFolder } = this.config;
    const [files, postgres] = await Promise.all([
      roomIn(dataFolder),
      this.postgres ? roomIn(this.postgres.data_directory) : ROOMY,
    ]);
    observeFreeSpace('files', files.bytes, files.files);
    if (this.postgres) observeFreeSpace('postgres', postgres.bytes, postgres.files);
    this.room = { bytes: Math.min(files.bytes, postgres.bytes), files: Math.min(files.files, postgres.files) };
    const code = await cannotWriteIn(dataFolder);
    this.unwritable = code === undefined ? await this.postgresCannot() : `${dataFolder}: ${code}`;
    this.tell();
  }

  /**
   * Postgres exports a snapshot, which is a file that goes with its transaction: the one thing that it writes and doesn't log.
   * Where it doesn't answer, what was known last holds.
   */
  private async postgresCannot(): Promise<string | undefined> {
    if (!this.postgres) return undefined;
    const { data_directory, below } = this.postgres;
    try {
      const closed = await closedToOwner(data_directory, below);
      if (closed !== undefined) return `${closed}: its owner may not create files in it`;
      await this.db.transaction((tx) => tx.run({ text: 'SELECT pg_export_snapshot()' }));
      return undefined;
    } catch (error) {
      const cause = error instanceof DomainError ? error.cause : error;
      if (CANNOT_WRITE.test(sqlState(cause))) return `Postgres: ${(cause as Error).message}`;
      if ((cause as NodeJS.ErrnoException | undefined)?.code?.startsWith('E'))
        return `${data_directory}: ${sqlState(cause)}`;
      return this.unwritable;
    }
  }

  private tell(): void {
    const refusal = this.refusal(0);
    if (refusal?.code === this.told) return;
    this.told = refusal?.code;
    if (!refusal) return this.log.warn('the disk has space again and is writable: changes are accepted');
    const why = refusal.code === UNWRITABLE ? this.unwritable : refusal.message;
    this.log.error(
      { why, folder: this.config.dataFolder },
      'the disk is nearly full or not writable: changes are refused',
    );
  }
}

const refused = (code: CodeOf<'unavailable'>, what: string): DomainError =>
  new DomainError(
    'unavailable',
    code,
    `${what}: changes are refused until that is fixed. Reading works. Nothing was changed.`,
    { retryAfter: RETRY_SECONDS },
  );

const asMegabytes = (bytes: number): number => Math.floor(bytes / MEGABYTE);
