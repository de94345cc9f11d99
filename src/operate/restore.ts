// stampline restore: a backup into an empty database and data folder, whole or not at all.
import fs from 'node:fs';
import { DataSource } from 'typeorm';
import type pg from 'pg';
import type { Config } from '../config.js';
import { MIGRATION_LOCK } from '../platform/database/migrate.js';
import { Ownership, VISITOR } from '../platform/database/ownership.js';
import type { VisitedDatabase } from '../platform/database/visit-database.js';
import { WHOLE_NUMBERS } from '../platform/database/int8-numbers.js';
import { BackupError, type BackupEnd, rowsIn } from './backup/format.js';
import { KeptFiles } from './backup/kept-files.js';
import { loadBackup, requireKnown } from './backup/load.js';
import { clearTarget, ELSEWHERE, requireUnused } from './backup/target.js';
import { NOTHING, readBackup, readHeader } from './backup/unpack.js';
import { findings, RESTORED } from './invariants.js';
import { OperationError, type Operation } from './operation.js';
import { progressOf } from './progress.js';
import { sqlOn, UNLIMITED } from './snapshot.js';

interface Options {
  readonly check?: boolean;
  readonly acceptFindings?: boolean;
}

export const restore: Operation = (program, operator) => {
  program
    .command('restore')
    .argument('<file>', 'a backup')
    .description('Restore a backup into an empty database and data folder: all of it, or nothing.')
    .option('--check', 'only read the file, and check that it is complete')
    .option('--accept-findings', 'restore even if the checks of stampline verify fail')
    .action(async (file: string, { check = false, acceptFindings = false }: Options) => {
      const { config, withDatabase, say, note, signal } = operator();
      const begun = performance.now();
      const header = await unaltered(file, signal);
      if (check) return say(`${file} is complete: everything that was committed by ${header.taken_at}.`);
      const { end, found } = await withDatabase('any', (database) =>
        restoreInto(database, { file, config, signal, acceptFindings }),
      );
      for (const line of found) note(`Found: ${line}`);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      say(
        `Restored everything that was committed by ${header.taken_at}: ${rowsIn(end)} rows, ${end.files.count} files, in ${seconds} s. Start the server.`,
      );
    });
};

/** Reads it whole before anything is touched. */
async function unaltered(file: string, signal: AbortSignal): Promise<{ taken_at: string }> {
  return asOperationError(file, async () => {
    const header = await readHeader(file);
    const progress = progressOf('Check', fs.statSync(file).size);
    await readBackup(file, NOTHING, signal, (bytes) => progress.add(bytes, '')).finally(() => progress.end());
    return header;
  });
}

interface Restoring {
  readonly file: string;
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly acceptFindings: boolean;
}

/** Rejects with OperationError, or StartError where a server uses the embedded database; nothing was changed then. */
export async function restoreInto(
  { connection, dataSource }: VisitedDatabase,
  { file, config, signal, acceptFindings }: Restoring,
): Promise<{ end: BackupEnd; found: readonly string[] }> {
  return asOperationError(file, async () => {
    requireKnown(await readHeader(file), dataSource);
    const owner = 'url' in connection ? undefined : await Ownership.take(connection, config.dataFolder, VISITOR);
    const files = new KeptFiles(config.dataFolder);
    // As the pool, without its time limits.
    const own = await new DataSource({
      ...dataSource.options,
      poolSize: 1,
      extra: WHOLE_NUMBERS,
    } as never).initialize();
    const runner = own.createQueryRunner();
    const client = (await runner.connect()) as pg.PoolClient;
    const leave = (): void => void (client as unknown as pg.Client).end().catch(() => undefined);
    signal.addEventListener('abort', leave);
    const progress = progressOf('Restore', fs.statSync(file).size);
    let committing = false;
    try {
      signal.throwIfAborted();
      await client.query(UNLIMITED);
      // A server that is started now waits here, and finds the restored schema.
      await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await requireUnused(client);
      await runner.startTransaction();
      const known = new Set(own.entityMetadatas.map(({ tableName }) => tableName));
      await clearTarget(client, known, config.databaseUrl ? ELSEWHERE.shared : ELSEWHERE.embedded);
      const onBytes = (bytes: number): void => progress.add(bytes, '');
      const end = await loadBackup(file, { dataSource: own, runner, client, files, signal, onBytes });
      await files.place();
      const found = await findings(sqlOn(client), { dataFolder: config.dataFolder, read: false }, RESTORED);
      if (found.length > 0 && !acceptFindings) throw broken(found);
      committing = true;
      await runner.commitTransaction();
      return { end, found };
    } catch (error) {
      // Where the COMMIT's answer was lost, the rows may be there: files without rows go with the next clean-up.
      if (!committing) await files.takeBack(() => isAlive(client));
      throw error;
    } finally {
      progress.end();
      signal.removeEventListener('abort', leave);
      // Its end is the transaction's, too, where that is still open, and the lock's.
      await runner.release().catch(() => undefined);
      await own.destroy().catch(() => undefined);
      await owner?.release();
    }
  });
}

/** Its session has had MIGRATION_LOCK all the time, then, which keeps servers and other restores out. */
const isAlive = (client: pg.ClientBase): Promise<boolean> =>
  client.query('ROLLBACK').then(
    () => true,
    () => false,
  );

const broken = (found: readonly string[]): OperationError =>
  new OperationError(
    `The data in the backup is not consistent, and nothing was changed:\n  ${found.join('\n  ')}\nUse an older backup, or restore with --accept-findings.`,
  );

async function asOperationError<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof BackupError ? new OperationError(`${file} can't be restored. ${error.message}`) : error;
  }
}
