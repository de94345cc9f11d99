// The packages that an app has in its node_modules, found as Node finds them; never the network.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { PackageDescription } from '../../platform/package-exports.js';
import { excessIn } from '../../platform/package-limits.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';

export interface Installed {
  readonly name: string;
  readonly version: string;
  /** Where it is, links followed. */
  readonly home: string;
  readonly description: PackageDescription;
  /** Paths within it, without those of packages inside it. */
  readonly paths: ReadonlySet<string>;
}

/** `preact/hooks` → `preact`; `@lit/task/x.js` → `@lit/task`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** From `from` upwards; undefined where it isn't installed. */
export async function findInstalled(name: string, from: string): Promise<Installed | undefined> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const home = path.join(folder, 'node_modules', name);
    const json = await fs.readFile(path.join(home, 'package.json'), 'utf8').catch(() => undefined);
    if (json !== undefined) return readInstalled(name, await fs.realpath(home), json);
    if (path.dirname(folder) === folder) return undefined;
  }
}

async function readInstalled(name: string, home: string, json: string): Promise<Installed> {
  let description: PackageDescription & { version?: unknown };
  try {
    description = JSON.parse(json) as typeof description;
  } catch {
    throw new CliError(`The package.json of ${name} is not JSON: ${home}. Install it again.`, EXIT.error);
  }
  const excess = excessIn(description);
  if (excess !== undefined)
    throw new CliError(`The package.json of ${name} exceeds a limit: ${excess}. Leave it out.`, EXIT.error);
  const { version } = description;
  return {
    name,
    version: typeof version === 'string' ? version : '',
    home,
    description,
    paths: new Set(await pathsIn(home, '')),
  };
}

/** Files alone: what a link leads to is not the package's. */
async function pathsIn(home: string, below: string): Promise<string[]> {
  const entries = await fs.readdir(path.join(home, below), { withFileTypes: true });
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const one = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isFile()) return [one];
      return entry.isDirectory() && entry.name !== 'node_modules' ? pathsIn(home, one) : [];
    }),
  );
  return lists.flat();
}
