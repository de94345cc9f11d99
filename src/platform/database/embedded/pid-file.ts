// postmaster.pid: how a running Postgres says where it listens and how far it is.
import fs from 'node:fs/promises';
import path from 'node:path';

import { errnoOf } from './embedded-postgres-error.js';
import type { Endpoint } from './socket-folder.js';

export interface PidFile {
  pid: number;
  /** Undefined while the postmaster hasn't yet written where it listens. */
  endpoint?: Endpoint;
  /** `starting`, `ready`, `stopping`, `standby`, or empty early on. */
  status: string;
}

/** Undefined when there is none, or when it is so young that nothing is in it yet. */
export async function readPidFile(pgdata: string): Promise<PidFile | undefined> {
  let text: string;
  try {
    text = await fs.readFile(path.join(pgdata, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  // pid, data directory, start time, port, socket folder, listen address, shared memory, status: miscadmin.h.
  const lines = text.split('\n').map((line) => line.trim());
  // A single-user backend writes its pid negated.
  const pid = Math.abs(Number(lines[0]));
  if (!(pid > 0)) return undefined;
  const host = lines[4] || lines[5];
  const endpoint = host ? { host, port: Number(lines[3]) } : undefined;
  return { pid, endpoint, status: lines[7] ?? '' };
}

export async function removePidFile(pgdata: string): Promise<void> {
  await fs.rm(path.join(pgdata, 'postmaster.pid'), { force: true });
}
