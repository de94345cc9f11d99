// The embedded Postgres: starts or adopts the server of a data folder and keeps it running until stop().
// Two servers on one folder both get a connection here; a session advisory lock of the application tells who may stay.
import { type BinarySources, findBinaries } from './binaries.js';
import { makeCluster, readDataMajor, readPassword, removeDrafts, superuser } from './cluster.js';
import { ensureDataFolder, findHome, lockIn, pgdataIn, recordHome } from './data-folder.js';
import { asPermissionError, EmbeddedPostgresError } from './embedded-postgres-error.js';
import { assertSameMajor } from './other-major.js';
import { launch, type LaunchRequest } from './launch.js';
import { choosePlacement, thisMachine, type Machine } from './placement.js';
import { endPostmaster } from './postmaster.js';
import type { Connection } from './server-check.js';
import { serverLogIn } from './server-log.js';
import { chooseEndpoint } from './socket-folder.js';
import { withStartLock } from './start-lock.js';
import { watchStuck } from './stuck-postmaster.js';
import { Supervisor } from './supervisor.js';

export interface EmbeddedPostgres {
  /** What pg's Client or Pool needs: host is the socket folder (on Windows 127.0.0.1). */
  readonly connection: Connection;
  /** PGDATA in use. */
  readonly dataDirectory: string;
  readonly binDirectory: string;
  /** True when a postmaster that a killed server left behind was adopted. */
  readonly adopted: boolean;
  /** Lines worth telling the operator, e.g. that the data is kept elsewhere and why. */
  readonly notes: string[];
  /** Fast shutdown, then immediate after 20 s. Idempotent; works for an adopted one too. Only for the lock's holder. */
  stop(): Promise<void>;
  /** Leaves it running, and doesn't start it again: somebody else uses it too. */
  release(): void;
}

export interface EmbeddedPostgresOptions {
  /** STAMPLINE_DATA, absolute. PGDATA is `postgres` in it. */
  dataFolder: string;
  log?: (line: string) => void;
  /** Called once, with one line, when Postgres can't be kept running. */
  onUnexpectedExit?: (detail: string) => void;
  /** Extra settings, as with `postgres -c`. They don't reach a postmaster that is adopted. */
  settings?: Record<string, string>;
  /** Where to look for the programs, where not at the usual places. */
  sources?: Partial<BinarySources> | undefined;
}

const lockWaitMs = 60_000;
const patientEnd = { fastShutdownMs: 20_000, immediateShutdownMs: 10_000 };
/** Of one that does nothing any more. */
const hastyEnd = { fastShutdownMs: 500, immediateShutdownMs: 2000 };

/** Rejects with EmbeddedPostgresError for whatever the operator can mend. `machine` is for tests. */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
  machine: Partial<Machine> = {},
): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const dataFolder = await ensureDataFolder(options.dataFolder);
  const locked = <T>(work: () => Promise<T>) => withStartLock(lockIn(dataFolder), lockWaitMs, work);
  const { request, first } = await locked(async () => {
    const request = await prepare(dataFolder, options, { ...thisMachine, ...machine }, log);
    return { request, first: await launch(request) };
  }).catch((error: unknown) => {
    throw asPermissionError(error, dataFolder);
  });
  const { placement, pgdata, connection } = request;
  const { binDirectory } = placement.binaries;
  const supervisor = new Supervisor(first, {
    launch: () => locked(() => launch(request)),
    end: (postmaster) => endPostmaster(postmaster, { pgdata, binDirectory, ...patientEnd, log }),
    watchStuck: (postmaster) => watchStuck(postmaster, connection),
    endStuck: (postmaster) => endPostmaster(postmaster, { pgdata, binDirectory, ...hastyEnd, log }),
    log,
    firstPauseMs: 100,
    onGiveUp: (detail) => (options.onUnexpectedExit ?? log)(detail),
  });
  return {
    connection,
    dataDirectory: pgdata,
    binDirectory,
    adopted: first.adopted,
    notes: placement.notes,
    stop: () => supervisor.stop(),
    release: () => supervisor.release(),
  };
}

/** Everything up to the launch: finds or makes the database, and decides how it is served. */
async function prepare(
  dataFolder: string,
  options: EmbeddedPostgresOptions,
  machine: Machine,
  log: (line: string) => void,
): Promise<LaunchRequest> {
  const existing = await findHome(dataFolder, machine.fallbackPrefixes);
  const dataMajor = existing && (await readDataMajor(existing));
  const binaries = await findBinaries(dataFolder, dataMajor || undefined, log, options.sources);
  if (existing && dataMajor) assertSameMajor(dataMajor, binaries, existing, dataFolder);
  const placement = await choosePlacement({ dataFolder, binaries, existing, machine, log });
  const { home } = placement;
  await removeDrafts(home, log);
  if (!existing) await makeCluster(placement);
  await recordHome(dataFolder, home);
  const password = await readPassword(home);
  const connection = { ...(await chooseEndpoint(home)), user: superuser, password, database: 'stampline' };
  const { settings = {} } = options;
  return { placement, pgdata: pgdataIn(home), connection, settings, logFile: serverLogIn(dataFolder), log };
}

export { EmbeddedPostgresError };
