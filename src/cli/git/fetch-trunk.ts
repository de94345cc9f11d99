// Asks the remote for the trunk and nothing else, without a question, for a bounded time.
import { inheritedEnvironment } from '../session/settings.js';
import { BATCH_MODE, type Git, TIMED_OUT } from './git.js';
import { findTrunk, remotesOf, trunkRemote } from './trunk.js';

const PATIENCE_MS = 15_000;

/** ssh asks nobody for a password or about a host; git itself never does (git.ts). */
async function quietly(git: Git): Promise<readonly [string, ...string[]]> {
  const quiet = ['-c', 'credential.interactive=false'] as const;
  const ssh = await git.read(['config', '--get', 'core.sshCommand']);
  // A program of one's own, which git takes after the configuration, and which may know no such option.
  if (ssh === undefined && inheritedEnvironment().GIT_SSH) return quiet;
  return ['-c', `core.sshCommand=${ssh ?? 'ssh'} ${BATCH_MODE}`, ...quiet];
}

export type Fetched = { readonly ok: true } | { readonly ok: false; readonly why: string };

/**
 * Asks for the trunk that is known, else for the one of its remote: of a clone that has another branch only, or a local trunk that lags behind.
 * `deeper`: all of its history, of a shallow clone. Where there is no remote, nobody has to be asked.
 */
export async function fetchTrunk(git: Git, named: string | undefined, { deeper = false } = {}): Promise<Fetched> {
  const known = await findTrunk(git, named);
  if (known?.remote !== undefined) return fetchBranch(git, { remote: known.remote, branch: known.branch }, deeper);
  const remotes = await remotesOf(git);
  if (remotes.length === 0) return known ? { ok: true } : { ok: false, why: 'there is no remote.' };
  const remote = await trunkRemote(git, named);
  if (remote === undefined)
    return {
      ok: false,
      why: `there are several remotes (${remotes.join(', ')}): set {"trunk": "${remotes[0]}/main"} in .stamprc.json.`,
    };
  return fetchUnknown(git, remote, named, deeper);
}

interface RemoteBranch {
  readonly remote: string;
  readonly branch: string;
}

async function fetchBranch(git: Git, { remote, branch }: RemoteBranch, deeper: boolean): Promise<Fetched> {
  const from = `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`;
  const options = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...(deeper ? ['--unshallow'] : [])];
  return asFetched(
    await git.run([...(await quietly(git)), ...options], { names: [remote, from], timeout: PATIENCE_MS }),
  );
}

/** The branch that is named, else the one that the remote calls its head, with its history. */
async function fetchUnknown(git: Git, remote: string, named: string | undefined, deeper: boolean): Promise<Fetched> {
  const asked = await git.run([...(await quietly(git)), 'ls-remote', '--symref'], {
    names: [remote, 'HEAD'],
    timeout: PATIENCE_MS,
  });
  const said = named?.startsWith(`${remote}/`) ? named.slice(remote.length + 1) : named;
  const branch = said ?? /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(asked.stdout)?.[1];
  if (branch === undefined) return asFetched(asked.code === 0 ? { ...asked, code: 1 } : asked);
  const isShallow = (await git.read(['rev-parse', '--is-shallow-repository'])) === 'true';
  const fetched = await fetchBranch(git, { remote, branch }, deeper || isShallow);
  if (fetched.ok) await git.run(['symbolic-ref', `refs/remotes/${remote}/HEAD`, `refs/remotes/${remote}/${branch}`]);
  return fetched;
}

function asFetched({ code, stderr }: { readonly code: number; readonly stderr: string }): Fetched {
  if (code === 0) return { ok: true };
  if (code === TIMED_OUT) return { ok: false, why: `it did not answer within ${PATIENCE_MS / 1000} seconds.` };
  const [why = ''] = stderr.split('\n').filter((line) => line.startsWith('fatal: '));
  return { ok: false, why: `${(why || stderr.trim()).replace('fatal: ', '').replace(/\.$/, '')}.` };
}
