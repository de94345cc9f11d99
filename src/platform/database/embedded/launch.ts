// Brings up the postmaster of a data directory: adopts the one that runs there, else clears away what a killed one left
// and starts a new one. The caller holds the start lock.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { shell } from '../../shell-quote.js';
import { program } from './binaries.js';
import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import { readPidFile, removePidFile, type PidFile } from './pid-file.js';
import type { Placement } from './placement.js';
import { watchAdopted, type Postmaster } from './postmaster.js';
import { endOrphanedBackends, isPostmasterOf, pidExists } from './process-facts.js';
import { commandFor } from './run-as.js';
import { checkServer, type Connection } from './server-check.js';
import { readSince, reasonIn, rotateServerLog } from './server-log.js';
import { serverArguments } from './server-settings.js';
import { prepareSocketFolder, removeStaleSocket } from './socket-folder.js';

export interface LaunchRequest {
  placement: Placement;
  pgdata: string;
  connection: Connection;
  settings: Record<string, string>;
  logFile: string;
  /** Set by the first start of a postmaster: it begins a new log file, and restarts append to it. */
  hasOwnLog?: boolean;
  log: (line: string) => void;
}

/** How long a running postmaster may take to answer or to go, e.g. stopped with SIGSTOP or shutting down. */
const adoptionMs = 30_000;
/** How long what a dead postmaster left (backends, shared memory) may keep a new one from starting. */
const leftoversMs = 10_000;
/** Crash recovery reads all that was written since the last checkpoint, on a slow disk too. */
const recoveryMs = 300_000;
const wrongPassword = '28P01';

export async function launch(request: LaunchRequest): Promise<Postmaster> {
  const { pgdata, log } = request;
  const deadline = performance.now() + leftoversMs;
  for (let attempt = 1; ; attempt += 1) {
    const adopted = await adopt(request);
    if (adopted) return adopted;
    await clearLeftovers(request);
    const started = await start(request);
    if (typeof started !== 'string') return started;
    const isPassing = /still in use|already exists|is another postmaster/.test(started);
    if (!isPassing || performance.now() > deadline) throw failure(request, started);
    log(`processes of a killed postmaster are still running, trying again: ${started}`);
    if (attempt > 2) endOrphanedBackends(pgdata);
    await sleep(150);
  }
}

/** The postmaster that runs on our data directory, once it answers. Undefined when none runs there (any more). */
async function adopt(request: LaunchRequest): Promise<Postmaster | undefined> {
  const { pgdata } = request;
  for (const deadline = performance.now() + adoptionMs; ; await sleep(50)) {
    const found = await readPidFile(pgdata);
    if (!found || !isPostmasterOf(found.pid, pgdata)) return undefined;
    const trouble = await troubleWith(found, request);
    if (!trouble) return watchAdopted(found.pid, pgdata);
    if (trouble.isFinal || performance.now() > deadline) {
      throw new EmbeddedPostgresError(
        'in_use',
        `Postgres (process ${found.pid}) runs on ${pgdata} but can't be used (${trouble.reason}): end it with ${shell`kill -INT ${found.pid}`}, then start again.`,
      );
    }
  }
}

/** Why a running postmaster can't be adopted (yet); undefined when it can, and then `connection` leads to it. */
async function troubleWith(
  { endpoint, status }: PidFile,
  { pgdata, connection, log }: LaunchRequest,
): Promise<{ reason: string; isFinal: boolean } | undefined> {
  if (!endpoint || status === 'starting') return { reason: 'it is starting', isFinal: false };
  if (status === 'stopping') return { reason: 'it is shutting down', isFinal: false };
  try {
    // Where it listens it says itself: another temp folder may have been in force when it was started.
    const answer = await checkServer({ ...connection, ...endpoint }, pgdata, log);
    if (answer === 'stranger') return { reason: 'another database is served at its address', isFinal: true };
    Object.assign(connection, endpoint);
    return undefined;
  } catch (error) {
    return { reason: (error as Error).message, isFinal: errnoOf(error) === wrongPassword };
  }
}

/**
 * No postmaster of ours lives here. Of its pid file only one that names a living stranger or a zombie is removed, which
 * Postgres would take for a postmaster; over a dead pid Postgres itself looks for backends that are still attached.
 */
async function clearLeftovers({ pgdata, connection, log }: LaunchRequest): Promise<void> {
  const left = await readPidFile(pgdata);
  if (left && pidExists(left.pid)) {
    log(`postmaster.pid names process ${left.pid}, which is not a postmaster of ${pgdata}: removing the file`);
    await removePidFile(pgdata);
  }
  await removeStaleSocket(connection);
}

/** Starts a postmaster and waits until it answers; the reason as a string when it ended before that. */
async function start(request: LaunchRequest): Promise<Postmaster | string> {
  const { placement, pgdata, connection, logFile } = request;
  await prepareSocketFolder(connection, placement.runAs);
  if (!request.hasOwnLog) await rotateServerLog(logFile);
  request.hasOwnLog = true;
  const output = await fs.open(logFile, 'a', 0o600);
  const { size } = await output.stat();
  const child = spawnPostmaster(request, output.fd);
  const ended = endOf(child);
  await output.close();
  let isRunning = true;
  void ended.then(() => (isRunning = false));
  for (const deadline = performance.now() + recoveryMs; isRunning; await sleep(10)) {
    const { pid } = child;
    if (pid !== undefined && (await answers(request, pid))) return { pid, adopted: false, ended };
    if (performance.now() < deadline) continue;
    if (pid !== undefined && isPostmasterOf(pid, pgdata)) process.kill(pid, 'SIGQUIT');
    throw failure(request, `it did not answer within ${recoveryMs / 1000} s`);
  }
  const said = await readSince(logFile, size);
  return said.trim() ? reasonIn(said) : await ended;
}

/** In a process group of its own, so that the terminal's Ctrl-C doesn't reach it before the server has drained. */
function spawnPostmaster({ placement, pgdata, connection, settings }: LaunchRequest, output: number): ChildProcess {
  const args = ['-D', pgdata, ...serverArguments(connection, settings)];
  const command = commandFor(placement.runAs, program(placement.binaries.binDirectory, 'postgres'), args);
  const child = spawn(command.file, command.args, {
    ...command.options,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  return child;
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${code}`));
  });
}

/** `ready` in the pid file saves useless connections during recovery; the query proves it. */
async function answers({ pgdata, connection, log }: LaunchRequest, pid: number): Promise<boolean> {
  const found = await readPidFile(pgdata);
  if (found?.pid !== pid || found.status !== 'ready') return false;
  try {
    return (await checkServer(connection, pgdata, log)) === 'ours';
  } catch (error) {
    log(`Postgres is up but doesn't answer yet: ${(error as Error).message}`);
    return false;
  }
}

function failure({ logFile }: LaunchRequest, reason: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError('failed_to_start', `Postgres could not be started: ${reason} (more in ${logFile}).`);
}
