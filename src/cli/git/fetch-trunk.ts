// Asks the remote for the trunk and nothing else, without a question, for a bounded time.
import { inheritedEnvironment } from '../session/settings.js';
import { BATCH_MODE, type Git, TIMED_OUT } from './git.js';
import type { Trunk } from './trunk.js';

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

/** `deeper`: all of its history, of a shallow clone. A trunk that is no remote's needs none. */
export async function fetchTrunk(git: Git, trunk: Trunk, { deeper = false } = {}): Promise<Fetched> {
  if (!trunk.remote) return { ok: true };
  const slash = trunk.name.indexOf('/');
  const [remote, branch] = [trunk.name.slice(0, slash), trunk.name.slice(slash + 1)];
  const from = `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`;
  const options = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...(deeper ? ['--unshallow'] : [])];
  return asFetched(
    await git.run([...(await quietly(git)), ...options], { names: [remote, from], timeout: PATIENCE_MS }),
  );
}

/** The branch that the remote calls its head, with its history: of a clone that has another branch only. */
export async function fetchUnknownTrunk(git: Git, named: string | undefined): Promise<Fetched> {
  if ((await git.read(['remote', 'get-url'], { names: ['origin'] })) === undefined)
    return { ok: false, why: 'there is no remote.' };
  const asked = await git.run([...(await quietly(git)), 'ls-remote', '--symref'], {
    names: ['origin', 'HEAD'],
    timeout: PATIENCE_MS,
  });
  const branch = named ?? /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(asked.stdout)?.[1];
  if (branch === undefined) return asFetched(asked.code === 0 ? { ...asked, code: 1 } : asked);
  const trunk = { name: `origin/${branch}`, commit: '', remote: true };
  const isShallow = (await git.read(['rev-parse', '--is-shallow-repository'])) === 'true';
  const fetched = await fetchTrunk(git, trunk, { deeper: isShallow });
  if (fetched.ok) await git.run(['symbolic-ref', 'refs/remotes/origin/HEAD', `refs/remotes/origin/${branch}`]);
  return fetched;
}

function asFetched({ code, stderr }: { readonly code: number; readonly stderr: string }): Fetched {
  if (code === 0) return { ok: true };
  if (code === TIMED_OUT) return { ok: false, why: `it did not answer within ${PATIENCE_MS / 1000} seconds.` };
  const [why = ''] = stderr.split('\n').filter((line) => line.startsWith('fatal: '));
  return { ok: false, why: `${(why || stderr.trim()).replace('fatal: ', '').replace(/\.$/, '')}.` };
}
