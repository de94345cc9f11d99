// What can be looked at here: Node, the settings and where each came from, git.
import fs from 'node:fs';
import path from 'node:path';
import { CliError } from '../words/cli-error.js';
import { checkWork } from '../git/check-work.js';
import { gitIn, isInstalled } from '../git/git.js';
import { repositoryOf } from '../git/repository.js';
import { findTrunk } from '../git/trunk.js';
import { SourceFolder } from '../watch/source-files.js';
import { isEncrypted, KEYS, RC_FILE, type SettingName, type Settings } from '../session/settings.js';
import { type Check, error, ok, warning } from './check.js';

const OLDEST_NODE = [20, 19] as const;

export function checkNode(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldest, least] = OLDEST_NODE;
  if (major > 21 || (major === oldest && minor >= least)) return ok('node', version);
  return error('node', `${version} is not supported`, 'Install Node 22 or later, or 20.19: https://nodejs.org');
}

/** One for each setting that has a value. A token itself is never said. */
export function checkSettings(settings: Settings): Promise<Check[]> {
  const given = KEYS.filter((key) => key === 'token' || settings[key] !== undefined);
  const checks = given.map(async (key) => {
    const from = settings.origins[key] ?? 'default';
    if (key === 'token') return checkToken(settings.token, from);
    if (key === 'url') return checkUrl(settings.url, from);
    if (key === 'folder') return checkFolder(settings, from);
    return ok(key, `${settings[key]} (${from})`);
  });
  return Promise.all(checks);
}

function checkToken(token: string | undefined, from: string): Check {
  const name: SettingName = 'token';
  if (token === undefined) return ok(name, 'none is set, none is sent');
  const says = `is sent (${from})`;
  if (path.basename(from) !== RC_FILE) return ok(name, says);
  return warning(name, says, `A token in ${RC_FILE} can get into a repository: use stamp login instead.`);
}

function checkUrl(url: string, from: string): Check {
  const says = `${url} (${from})`;
  if (isEncrypted(url)) return ok('url', says);
  return warning(
    'url',
    `${says} is not encrypted`,
    `Tokens and modules can be read in transit: use https://${new URL(url).hostname}.`,
  );
}

/** With what its files are called in a ticket. */
async function checkFolder(settings: Settings, from: string): Promise<Check> {
  const { cwd, folder } = settings;
  const says = `${folder} (${from})`;
  if (!fs.statSync(path.resolve(cwd, folder), { throwIfNoEntry: false })?.isDirectory())
    return warning(
      'folder',
      `${says} does not exist`,
      '--update needs a folder: run it in the project, or give --folder.',
    );
  try {
    const { names } = await SourceFolder.open(settings, folder);
    return ok('folder', `${says}: its files are ${names.prefix}… in a ticket`);
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    return warning('folder', says, cause.message);
  }
}

/** What a promotion looks at. */
export async function checkGit({ cwd, trunk: named }: Settings): Promise<Check[]> {
  const found = await repositoryOf(cwd);
  if (found.kind === 'unreadable') return [error('git', `can't read ${found.root}`, found.why)];
  if (!(await isInstalled()))
    return [warning('git', 'is not installed', 'Promotions go unchecked without it: install git.')];
  const git = gitIn(cwd);
  const version = ((await git.read(['--version'])) ?? '').replace(/^git version /, '');
  if (found.kind === 'none')
    return [
      warning('git', `${version}; this folder is not in a repository`, 'Run stamp in the project that you work on.'),
    ];
  const trunk = await findTrunk(git, named);
  const place = ok('git', `${version}; ${found.root}${trunk ? `, trunk ${trunk.name}` : ''}`);
  return [place, await checkPromotable(cwd, named)];
}

async function checkPromotable(cwd: string, trunk: string | undefined): Promise<Check> {
  const says: string[] = [];
  try {
    const work = await checkWork({ cwd, trunk, fetch: 'never', note: (line) => says.push(line) });
    const ready = work ? `clean, and descends from ${work.trunk}` : 'not checked';
    return ok('work', [ready, ...says].join('. '));
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    return warning('work', 'a promotion would be refused', cause.message);
  }
}
