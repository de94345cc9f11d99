// What the system knows about a process id. A pid alone proves nothing: it may be a zombie or a stranger that got the
// number later, so every question here also looks at the start time, the command line or the working directory.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { errnoOf } from './embedded-postgres-error.js';

/** True while the pid exists at all, a zombie or somebody else's process included. */
export function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** Reads a file or link of /proc; undefined when the process is gone or hidden from us. */
function readProc(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** `ps` for the systems without /proc; it exits 1 for a pid that doesn't exist. */
function askPs(pid: number, column: string): string | undefined {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch (error) {
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}

/** When the process started, as a text that no other process of this pid shares. Undefined for a zombie or none. */
export function birthOf(pid: number): string | undefined {
  if (process.platform === 'win32') return pidExists(pid) ? 'alive' : undefined;
  if (process.platform !== 'linux') return askPs(pid, 'lstart');
  const stat = readProc(() => fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything; the fields after it are state (3rd) … starttime (22nd).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  const boot = readProc(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')) ?? '';
  return `${boot.trim()} ${fields[19]}`;
}

/** True when the pid is a living postmaster of this very data directory (its working directory is the data directory). */
export function isPostmasterOf(pid: number, dataDirectory: string): boolean {
  if (process.platform === 'win32') return pidExists(pid);
  if (process.platform !== 'linux') {
    const command = askPs(pid, 'command') ?? '';
    return /(^|\/)postgres\s/.test(command) && command.includes(dataDirectory);
  }
  const command = readProc(() => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.split('\0') ?? [];
  if (path.basename(command[0] ?? '') !== 'postgres') return false;
  return command.includes(dataDirectory) || readProc(() => fs.readlinkSync(`/proc/${pid}/cwd`)) === dataDirectory;
}

/**
 * Whether the postmaster has a process that recovers its data (which postgres calls `startup`). Undefined where the system doesn't
 * tell: not on Linux, or the postmaster is gone.
 */
export function isRecovering(postmaster: number): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  const children = readProc(() => fs.readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'latin1'));
  const commands = children
    ?.split(' ')
    .map((pid) => (pid ? readProc(() => fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1')) : ''));
  return commands?.some((command) => /^postgres: startup/.test(command ?? ''));
}

/**
 * Ends the backends that outlived their postmaster: they hold the shared memory, and one that computes without ever
 * waiting notices nothing by itself. Only for when no postmaster of the data directory lives. Linux only.
 */
export function endOrphanedBackends(dataDirectory: string): number {
  if (process.platform !== 'linux') return 0;
  let ended = 0;
  for (const entry of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const command = readProc(() => fs.readFileSync(`/proc/${entry}/cmdline`, 'utf8'));
    if (!command?.startsWith('postgres:')) continue;
    if (readProc(() => fs.readlinkSync(`/proc/${entry}/cwd`)) !== dataDirectory) continue;
    process.kill(Number(entry), 'SIGQUIT');
    ended += 1;
  }
  return ended;
}
