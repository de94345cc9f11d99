// Which ticket belongs to the git branch that one is on: `stamp new` keeps it in the branch's configuration, else the branch's
// name has its key. The trunk has none, and neither has a detached HEAD.
import { usage } from '../words/cli-error.js';
import type { Settings } from '../session/settings.js';
import { type Git, gitIn } from './git.js';
import { repositoryOf } from './repository.js';
import { findTrunk } from './trunk.js';

export interface Branch {
  readonly name: string;
  /** A key or a number, as it stands there; undefined where the branch has no ticket. */
  readonly ticket: string | undefined;
}

/** The branch that work is done on; undefined on the trunk, on none, and where there is no git. */
export async function workBranch(settings: Settings): Promise<Branch | undefined> {
  const found = await branchHere(settings);
  if (found === undefined) return undefined;
  const { git, name } = found;
  const kept = await git.read(['config', '--get'], { names: [keyOf(name, 'Ticket')] });
  const of = await git.read(['config', '--get'], { names: [keyOf(name, 'Server')] });
  // A key means another ticket on another server.
  if (kept === undefined || (of !== undefined && of !== placeOf(settings)))
    return { name, ticket: keyIn(name, settings.prefix) };
  if (!/^\S+$/.test(kept)) throw usage(`git's ${keyOf(name, 'Ticket')} is '${kept}', which is not a ticket.`);
  return { name, ticket: kept };
}

/** Keeps the ticket for the branch that one is on; answers the branch's name, undefined where nothing is kept. */
export async function keepForBranch(settings: Settings, key: string): Promise<string | undefined> {
  const found = await branchHere(settings);
  if (found === undefined) return undefined;
  const { git, name } = found;
  const pairs = [
    [keyOf(name, 'Ticket'), key],
    [keyOf(name, 'Server'), placeOf(settings)],
  ];
  for (const pair of pairs) {
    const { code } = await git.run(['config', '--local', '--replace-all'], { names: pair });
    // A configuration that can't be written is no reason to fail a ticket that is made.
    if (code !== 0) return undefined;
  }
  return name;
}

const keyOf = (branch: string, what: 'Ticket' | 'Server'): string => `branch.${branch}.stamp${what}`;

const placeOf = ({ url, project }: Settings): string => `${url} ${project}`;

/** `feature/tkt-7-menu` → `TKT-7`: only keys with the prefix that is the project's, since `fix-404` is none. */
function keyIn(branch: string, prefix: string): string | undefined {
  const [text, begins] = [branch.toLowerCase(), `${prefix.toLowerCase()}-`];
  for (let at = text.indexOf(begins); at >= 0; at = text.indexOf(begins, at + 1)) {
    const number = /^(\d+)(?![a-z0-9])/.exec(text.slice(at + begins.length))?.[1];
    if (number !== undefined && !/[a-z0-9]/.test(text.charAt(at - 1))) return `${prefix}-${number}`;
  }
  return undefined;
}

async function branchHere({ cwd, trunk }: Settings): Promise<{ git: Git; name: string } | undefined> {
  if ((await repositoryOf(cwd)).kind !== 'readable') return undefined;
  const git = gitIn(cwd);
  const name = await git.read(['symbolic-ref', '--quiet', '--short'], { names: ['HEAD'] });
  if (!name) return undefined;
  const found = await findTrunk(git, trunk);
  const trunks = found === undefined ? ['main', 'master'] : [found.branch];
  return trunks.includes(name) ? undefined : { git, name };
}
