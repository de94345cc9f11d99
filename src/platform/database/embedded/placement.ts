// Decides, before anything is started, where the database lives, which programs serve it, and as whom they run.
import fs from 'node:fs/promises';
import path from 'node:path';

import { copyPackage } from './binaries-copy.js';
import { program, type Binaries } from './binaries.js';
import { makeFallback, mayGiveAway, ownedByAnother, pgdataIn } from './data-folder.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { canUseUserNamespaces, findServerUser, succeeds, type RunAs } from './run-as.js';

export interface Placement {
  /** Holds PGDATA (`postgres`) and, when its path is short enough, the socket folder. */
  readonly home: string;
  readonly runAs: RunAs;
  readonly binaries: Binaries;
  readonly notes: string[];
}

/** What placement asks of the machine; a test replaces single answers. */
export interface Machine {
  isRoot: boolean;
  canUseUserNamespaces(log: (line: string) => void): Promise<boolean>;
  /** What the name of the folder for things that can't stay in the data folder is put behind. */
  fallbackPrefixes: string[];
}

export const thisMachine: Machine = {
  isRoot: process.getuid?.() === 0,
  canUseUserNamespaces,
  fallbackPrefixes: ['/var/lib/stampline/', '/var/tmp/stampline-'],
};

export interface PlacementRequest {
  /** The real path of the data folder; it exists and can be written. */
  dataFolder: string;
  binaries: Binaries;
  /** Where the database exists already (`findHome`), if it does. */
  existing?: string;
  machine: Machine;
  log: (line: string) => void;
}

/** Call it under the start lock: it may change the owner of a fresh data folder and copy the programs. */
export async function choosePlacement(request: PlacementRequest): Promise<Placement> {
  const { dataFolder, binaries, machine, existing } = request;
  if (existing) return await placeExisting(request, existing);
  if (machine.isRoot) return await placeFreshAsRoot(request);
  return { home: dataFolder, runAs: { kind: 'self' }, binaries, notes: [] };
}

/** Existing data stays where it is and is served by its owner, whoever that was made to be. */
async function placeExisting(request: PlacementRequest, home: string): Promise<Placement> {
  const { binaries, machine, log } = request;
  const { uid, gid } = await fs.stat(pgdataIn(home));
  if (!machine.isRoot) {
    if (process.getuid && uid !== process.getuid()) throw ownedByAnother(home, uid);
    return { home, runAs: { kind: 'self' }, binaries, notes: [] };
  }
  if (uid !== 0) {
    const runAs: RunAs = { kind: 'user', uid, gid };
    if (!(await canWrite(runAs, pgdataIn(home), log))) throw ownedByAnother(home, uid);
    return await withReachableBinaries(request, home, runAs);
  }
  const namespace: RunAs = { kind: 'namespace' };
  if ((await machine.canUseUserNamespaces(log)) && (await canRun(namespace, binaries, log))) {
    return { home, runAs: namespace, binaries, notes: [] };
  }
  throw new EmbeddedPostgresError(
    'permission',
    `The database in ${pgdataIn(home)} belongs to root, Postgres refuses to run as root, and user namespaces are not allowed here: move ${home} to a place that another user can reach (not below /root), chown -R it to user postgres or nobody, and set STAMPLINE_DATA to it.`,
  );
}

/** Another user if it reaches both data and programs; else root in a user namespace; else another place for both. */
async function placeFreshAsRoot(request: PlacementRequest): Promise<Placement> {
  const { dataFolder, binaries, machine, log } = request;
  const user = await findServerUser();
  const mayGive = await mayGiveAway(dataFolder);
  if (user) {
    if (mayGive) await fs.chown(dataFolder, user.uid, user.gid);
    if ((await canRun(user, binaries, log)) && (await canMakeFiles(user, dataFolder, log))) {
      return { home: dataFolder, runAs: user, binaries, notes: [] };
    }
    if (mayGive) await fs.chown(dataFolder, 0, 0);
  }
  const namespace: RunAs = { kind: 'namespace' };
  if ((await machine.canUseUserNamespaces(log)) && (await canRun(namespace, binaries, log))) {
    if (await canMakeFiles(namespace, dataFolder, log)) {
      return { home: dataFolder, runAs: namespace, binaries, notes: [] };
    }
  }
  if (!user) throw noUser();
  if (await canMakeFiles(user, dataFolder, log)) return await withReachableBinaries(request, dataFolder, user);
  const home = await makeFallback(dataFolder, machine.fallbackPrefixes, log);
  if (!home || !(await canMakeFiles(user, home, log))) throw noUser();
  return await withReachableBinaries(request, home, user);
}

/** The placement with programs that this user can run, copied next to the fallback data if need be, and its notes. */
async function withReachableBinaries(
  { dataFolder, binaries, machine, log }: PlacementRequest,
  home: string,
  runAs: RunAs & { kind: 'user' },
): Promise<Placement> {
  const notes: string[] = [];
  const why = `Postgres refuses to run as root, and user ${runAs.uid}, which runs it instead, can't reach`;
  if (home !== dataFolder) notes.push(`The database is kept in ${home}: ${why} ${dataFolder}.`);
  if (await canRun(runAs, binaries, log)) return { home, runAs, binaries, notes };
  const parent = home === dataFolder ? await makeFallback(dataFolder, machine.fallbackPrefixes, log) : home;
  if (!binaries.package || !parent) throw noUser();
  const copy = await copyPackage(binaries.package, parent);
  const copied = { ...binaries, binDirectory: path.join(copy.folder, 'bin'), package: copy };
  if (!(await canRun(runAs, copied, log))) throw noUser();
  notes.push(`The Postgres programs run from a copy in ${copy.folder}: ${why} ${binaries.binDirectory}.`);
  return { home, runAs, binaries: copied, notes };
}

async function canRun(runAs: RunAs, binaries: Binaries, log: (line: string) => void): Promise<boolean> {
  return await succeeds(runAs, program(binaries.binDirectory, 'postgres'), ['--version'], log);
}

/** Whether it reaches an existing PGDATA of its own and may change it. */
async function canWrite(runAs: RunAs, pgdata: string, log: (line: string) => void): Promise<boolean> {
  return await succeeds(runAs, '/bin/sh', ['-c', 'test -w "$1" && cat "$1/PG_VERSION" >&2', 'sh', pgdata], log);
}

/** Whether a folder that root makes in `home` and gives to it can be written: the very thing that initdb will do. */
async function canMakeFiles(runAs: RunAs, home: string, log: (line: string) => void): Promise<boolean> {
  const probe = await fs.mkdtemp(path.join(home, 'postgres.probe-'));
  try {
    if (runAs.kind === 'user') await fs.chown(probe, runAs.uid, runAs.gid);
    return await succeeds(runAs, '/bin/sh', ['-c', ': > "$1/file"', 'sh', probe], log);
  } finally {
    await fs.rm(probe, { recursive: true });
  }
}

function noUser(): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'permission',
    'Postgres refuses to run as root, and neither another user nor a user namespace can be used here: start Stampline as an ordinary user, or set DATABASE_URL to your own server.',
  );
}
