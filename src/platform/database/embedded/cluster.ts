// PGDATA: reads which Postgres made it, and makes a new one so that it appears whole or not at all.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

import { syncFolder } from '../../sync.js';
import { program, type Binaries } from './binaries.js';
import { ownedByAnother, pgdataIn } from './data-folder.js';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import type { Placement } from './placement.js';
import { run, type RunAs } from './run-as.js';

export const superuser = 'stampline';

/** Inside PGDATA, so that data and password are made, moved and copied together. */
const passwordIn = (pgdata: string): string => path.join(pgdata, 'stampline.password');
const draftPrefix = 'postgres.init-';

/** The major version that made the data. Throws when what lies there isn't a database of ours, or can't be read. */
export async function readDataMajor(home: string): Promise<number> {
  const pgdata = pgdataIn(home);
  try {
    const major = parseInt(await fs.readFile(path.join(pgdata, 'PG_VERSION'), 'utf8'), 10);
    await fs.access(passwordIn(pgdata));
    if (major > 0) return major;
  } catch (error) {
    if (errnoOf(error) === 'EACCES') throw ownedByAnother(home, (await fs.stat(pgdata)).uid);
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
  }
  throw new EmbeddedPostgresError(
    'failed_to_start',
    `${pgdata} has files, but no database that Stampline created: move it away, or set STAMPLINE_DATA to another folder. Nothing was changed.`,
  );
}

export async function readPassword(home: string): Promise<string> {
  return (await fs.readFile(passwordIn(pgdataIn(home)), 'utf8')).trim();
}

/**
 * Makes PGDATA in a folder beside it and renames it into place when it is complete and synced, so a kill in the middle
 * leaves only a draft that the next start removes. The caller holds the start lock.
 */
export async function makeCluster({ home, runAs, binaries }: Placement): Promise<void> {
  const draft = path.join(home, draftPrefix + randomBytes(4).toString('hex'));
  const passwordFile = path.join(draft, 'password');
  await fs.mkdir(draft, { mode: 0o700 });
  await fs.writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (runAs.kind === 'user') {
    await fs.chown(passwordFile, runAs.uid, runAs.gid);
    await fs.chown(draft, runAs.uid, runAs.gid);
  }
  await initialise(runAs, binaries, path.join(draft, 'data'), passwordFile);
  await fs.rename(passwordFile, passwordIn(path.join(draft, 'data')));
  await syncFolder(path.join(draft, 'data'));
  await fs.rename(path.join(draft, 'data'), pgdataIn(home));
  await syncFolder(home);
  await fs.rm(draft, { recursive: true });
}

async function initialise(runAs: RunAs, binaries: Binaries, pgdata: string, passwordFile: string): Promise<void> {
  // The built-in C.UTF-8 sorts alike on every machine; it came with 17, before that the system's C.UTF-8 stands in.
  const locale =
    binaries.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C.UTF-8'];
  const rest = ['--encoding=UTF8', '--data-checksums', '--auth=scram-sha-256', '-U', superuser];
  const args = ['-D', pgdata, ...locale, ...rest, `--pwfile=${passwordFile}`, '--no-instructions'];
  try {
    await run(runAs, program(binaries.binDirectory, 'initdb'), args);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    throw new EmbeddedPostgresError('failed_to_start', `The database could not be created in ${pgdata}: ${said}`, {
      cause: error,
    });
  }
}

/** Removes what killed first starts left. A leftover that can't be removed is only reported. */
export async function removeDrafts(home: string, log: (line: string) => void): Promise<void> {
  for (const name of await fs.readdir(home)) {
    if (!name.startsWith(draftPrefix) && !name.startsWith('postgres.probe-')) continue;
    try {
      await fs.rm(path.join(home, name), { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      log(
        `${path.join(home, name)} is left over from a start that was killed, and can't be removed: ${(error as Error).message}`,
      );
    }
  }
}
