// Before a promotion: every source of the ticket has to be in HEAD as the ticket has it, or built from HEAD; and which commits
// changed them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { shell } from '../../platform/shell-quote.js';
import type { CliError } from '../words/cli-error.js';
import { firstNames } from '../words/first-names.js';
import type { Session } from '../session/session.js';
import { nameOf } from '../stages/print-change.js';
import { readDiff } from '../verbs/diff.js';
import { slashed } from '../watch/key-names.js';
import { readSources, type ServerSources, type TicketChange } from '../watch/server-versions.js';
import { SourceFolder } from '../watch/source-files.js';
import { requireBuiltFrom } from './built-sources.js';
import { refused, SKIP } from './check-work.js';
import { gitIn } from './git.js';
import { byPath, distinct, pathChanges } from './path-changes.js';
import { GitVersions } from './versions.js';

/** What a promotion is told of the commits. */
export interface Committed {
  readonly git_commits?: string[];
  readonly git_merges?: string[];
}

interface Source {
  readonly name: string;
  /** From the root of the repository. */
  readonly path: string;
  readonly change: TicketChange;
}

/** Of the server's limit. */
const MOST_COMMITS = 100;
/**
 * Undefined where the ticket has no source that git could know: nothing was compared. Rejects with CliError `refused` where HEAD
 * has one otherwise; with Refusal; Unreachable.
 */
export async function requireCommitted(
  session: Session,
  { id, key, head }: { readonly id: number; readonly key: string; readonly head: string },
): Promise<Committed | undefined> {
  const { settings, server, out } = session;
  const found = await readSources(server, String(id), '');
  const folder = existsSync(path.resolve(settings.cwd, settings.folder)) ? settings.folder : '.';
  const { repository, names } = await SourceFolder.open(settings, folder);
  if (!found || repository === undefined) return undefined;
  const below = slashed(path.relative(repository, names.base));
  const all = Object.entries(found.changes).map(([name, change]): Source => ({
    name,
    path: below ? `${below}/${name}` : name,
    change,
  }));
  const built = all.filter(({ change }) => change.built !== null);
  const sources = all.filter(({ change }) => change.built === null && isFromGit(change));
  if (sources.length + built.length === 0) return undefined;
  requireBuiltFrom(built, { key, head, base: names.base, cwd: settings.cwd });
  const options = { trunk: settings.trunk, note: (line: string) => out.unchecked(line) };
  const versions = await GitVersions.open(repository, '', options);
  const tree = await versions.atHead();
  const missing = sources.filter(({ path: file, change }) => (tree.get(file) ?? null) !== change.source);
  if (missing.length > 0) throw notInHead(key, missing);
  await tellOthers(session, id, found);
  return commitsOf(repository, versions, sources);
}

const isFromGit = ({ source, deleted, compared }: TicketChange): boolean => source !== null || (deleted && compared);

function notInHead(key: string, missing: readonly Source[]): CliError {
  const names = firstNames(missing.map(({ name }) => name));
  return refused(
    `HEAD does not have ${names} as ${key} has ${missing.length === 1 ? 'it' : 'them'}: send the files here with ${shell`stamp ${key} --update`}, or bring in the commit that has ${missing.length === 1 ? 'it' : 'them'} (${SKIP}).`,
  );
}

/** Packages, addresses and what came without git's ids: nobody can say which commit has them. */
async function tellOthers(session: Session, id: number, { project, changes }: ServerSources): Promise<void> {
  const { changes: all } = await readDiff(session, String(id), {});
  const isKnown = (name: string): boolean => {
    const change = changes[name];
    return change !== undefined && (change.built !== null || isFromGit(change));
  };
  const others = all.map(nameOf).filter((name) => !isKnown(name.replace(`@${project}/`, '')));
  if (others.length === 0) return;
  session.out.unchecked(`Not from git: ${firstNames(others)}.`);
}

/** The commits that made the ticket's versions of production's, the newest first; none where that isn't known. */
async function commitsOf(root: string, versions: GitVersions, sources: readonly Source[]): Promise<Committed> {
  const { head, begun, onTrunk } = versions;
  const compared = sources.filter(({ change }) => change.compared);
  if (head === undefined || compared.length === 0) return {};
  const isBranch = !onTrunk && begun !== undefined;
  const changes = await pathChanges(
    gitIn(root),
    isBranch ? [head, `^${begun}`] : [head],
    compared.map((one) => one.path),
    isBranch ? 'own' : 'firstParent',
  );
  const used = new Set<string>();
  const changed = byPath(changes);
  for (const { path: file, change } of compared) {
    for (const { from, to, commit } of changed.get(file) ?? []) {
      if (to === change.base) break;
      used.add(commit.id);
      if (from === change.base) break;
    }
  }
  const commits = distinct(changes.map(({ commit }) => commit)).filter(({ id }) => used.has(id));
  if (commits.length === 0 || commits.length > MOST_COMMITS) return {};
  return {
    git_commits: commits.map(({ id }) => id),
    git_merges: commits.filter(({ isMerge }) => isMerge).map(({ id }) => id),
  };
}
