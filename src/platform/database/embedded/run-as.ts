// As whom the Postgres programs run. initdb and postgres refuse uid 0, so a server that runs as root starts them as
// another user, or inside a user namespace in which root's own files belong to an ordinary uid.
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import { promisify } from 'node:util';

import { asOneLine, errnoOf } from './embedded-postgres-error.js';

const execute = promisify(execFile);

export type RunAs =
  | { kind: 'self' }
  | { kind: 'user'; uid: number; gid: number }
  /** Inside, uid 65534 is the outside's root without its powers: root's files can be used and nothing is chowned. */
  | { kind: 'namespace' };

export interface Command {
  file: string;
  args: string[];
  options: { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number };
}

/**
 * How to spawn a program so. The working directory is `/` because the server's own may be closed to that user, and
 * PG* variables (PGDATA, PGPORT, PGOPTIONS) must not leak into a server that has its own settings.
 */
export function commandFor(runAs: RunAs, file: string, args: string[]): Command {
  // eslint-disable-next-line no-restricted-properties -- passed through to a child, nothing is read from it
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  const options = {
    cwd: process.platform === 'win32' ? process.cwd() : '/',
    env: { ...Object.fromEntries(inherited), LC_ALL: 'C' },
  };
  if (runAs.kind === 'user') return { file, args, options: { ...options, uid: runAs.uid, gid: runAs.gid } };
  if (runAs.kind === 'self') return { file, args, options };
  return { file: 'unshare', args: ['--user', '--map-user=65534', '--map-group=65534', '--', file, ...args], options };
}

/** Runs a program to its end. Rejects with execFile's error, which carries `stdout`, `stderr` and the exit `code`. */
export async function run(runAs: RunAs, file: string, args: string[]): Promise<{ stdout: string; stderr: string }> {
  const command = commandFor(runAs, file, args);
  return await execute(command.file, command.args, { ...command.options, timeout: 120_000, encoding: 'utf8' });
}

/** True when the program answered with exit code 0; the reason why it didn't goes to the log. */
export async function succeeds(
  runAs: RunAs,
  file: string,
  args: string[],
  log: (line: string) => void,
): Promise<boolean> {
  try {
    await run(runAs, file, args);
    return true;
  } catch (error) {
    const detail = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    log(`${describe(runAs)} can't run ${file}: ${asOneLine(detail)}`);
    return false;
  }
}

/** Whether the kernel, the container and an `unshare` that knows --map-user let root make a user namespace. */
export async function canUseUserNamespaces(log: (line: string) => void): Promise<boolean> {
  return process.platform === 'linux' && (await succeeds({ kind: 'namespace' }, '/bin/sh', ['-c', ':'], log));
}

/** The user whom root hands the database to: `postgres`, else `nobody`. Undefined where neither is in /etc/passwd. */
export async function findServerUser(passwdFile = '/etc/passwd'): Promise<(RunAs & { kind: 'user' }) | undefined> {
  let lines: string[][];
  try {
    lines = (await fs.readFile(passwdFile, 'utf8')).split('\n').map((line) => line.split(':'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = (lines.find((fields) => fields[0] === name) ?? []).slice(2, 4).map(Number);
    if (uid && gid !== undefined) return { kind: 'user', uid, gid };
  }
  return undefined;
}

function describe(runAs: RunAs): string {
  if (runAs.kind === 'user') return `user ${runAs.uid}`;
  return runAs.kind === 'namespace' ? 'root in a user namespace' : 'this user';
}
