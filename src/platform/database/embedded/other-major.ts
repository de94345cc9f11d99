// Data that another major version of Postgres made: what to run, word for word. Nothing has been touched by then.
import fs from 'node:fs';
import path from 'node:path';
import { shell } from '../../shell-quote.js';
import { type Binaries, program } from './binaries.js';
import { pgdataIn } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Where the system keeps the programs of a major version: Debian's place. */
const systemBin = (major: number): string => `/usr/lib/postgresql/${major}/bin`;

/** Throws `older_major` unless the data is of the version that runs here. `home` holds PGDATA, mostly the data folder itself. */
export function assertSameMajor(dataMajor: number, binaries: Binaries, home: string, dataFolder: string): void {
  if (dataMajor === binaries.major) return;
  const cure =
    dataMajor < binaries.major
      ? bringOver(dataMajor, home, dataFolder)
      : `Run the Stampline version that created it, with the programs of Postgres ${dataMajor}: git pull && npm ci && npm start.`;
  throw new EmbeddedPostgresError(
    'older_major',
    `The database in ${pgdataIn(home)} was created by Postgres ${dataMajor}, and this Stampline runs Postgres ${binaries.major} (${binaries.binDirectory}). Nothing was changed. ${cure}`,
  );
}

/** A backup with the old programs, the data aside, and the backup into what this version makes. */
function bringOver(major: number, home: string, dataFolder: string): string {
  const bin = systemBin(major);
  const isThere = fs.existsSync(program(bin, 'postgres'));
  const missing = isThere ? '' : ` (first, on Debian: ${shell`apt-get install postgresql-${major}`})`;
  const file = path.join(path.dirname(dataFolder), `stampline-postgres${major}.backup`);
  const aside = [...new Set([home, dataFolder])].map((folder) => shell`mv ${folder} ${`${folder}-postgres${major}`}`);
  const commands = [
    shell`STAMPLINE_DATA=${dataFolder} STAMPLINE_POSTGRES_BIN=${bin} npx stampline migrate`,
    shell`STAMPLINE_DATA=${dataFolder} STAMPLINE_POSTGRES_BIN=${bin} npx stampline backup ${file}`,
    ...aside,
    shell`STAMPLINE_DATA=${dataFolder} npx stampline restore ${file}`,
  ];
  return `To move it over${missing}: ${commands.join(' && ')}`;
}
