// Which files of a package folder its name and its subpaths lead to: what the upload says, else what package.json says of
// browsers (platform/package-exports.ts), else index.js.
import { DomainError } from '../platform/errors.js';
import {
  entryPaths,
  hasExports,
  PackageExports,
  type PackageDescription,
  type Subpath,
} from '../platform/package-exports.js';
import { excessIn } from '../platform/package-limits.js';
import type { Sliced } from '../platform/sliced.js';
import { isScript, mayStandAlone } from './file-types.js';

/** Subpaths of a package that get keys of their own. */
export const MOST_SUBPATHS = 2000;

/** Paths within the folder. */
export interface PackagePlaces {
  /** What the name leads to; undefined for a package of which only subpaths may be imported. */
  readonly entry: string | undefined;
  /** Those that `name/` doesn't lead to, since the file has another path: `./hooks` at `hooks/dist/hooks.module.js`. */
  readonly subpaths: readonly Subpath[];
  /** How many there are beyond MOST_SUBPATHS. */
  readonly more: number;
}

/** Throws `upload.no_entry` where the name leads to no file of the upload. */
export function* packagePlaces(
  paths: ReadonlySet<string>,
  asked: string | undefined,
  description: PackageDescription,
): Sliced<PackagePlaces> {
  const all = yield* new PackageExports(description).findingSubpaths(paths);
  const apart = all.filter(({ subpath, path }) => subpath !== '.' && subpath !== `./${path}` && isImported(path));
  return {
    entry: entryOf(paths, asked, description, all.length > 0),
    subpaths: apart.slice(0, MOST_SUBPATHS),
    more: Math.max(0, apart.length - MOST_SUBPATHS),
  };
}

/** What patterns match besides, source maps and types say, nobody imports. */
const isImported = (path: string): boolean =>
  isScript(path) || (mayStandAlone(path) && !path.endsWith('.map') && !path.endsWith('.txt'));

function entryOf(
  paths: ReadonlySet<string>,
  asked: string | undefined,
  description: PackageDescription,
  hasSubpaths: boolean,
): string | undefined {
  if (asked !== undefined) return required([asked], paths, 'The field entry says');
  const said = entryPaths(description);
  if (said.length > 0) return required(said, paths, 'package.json says');
  if (hasExports(description) && hasSubpaths) return undefined;
  return required(['index.js'], paths, 'Without the field entry and without package.json it would be');
}

/** The first that is there, also without its extension, as Node once found it. */
function required(entries: readonly string[], paths: ReadonlySet<string>, who: string): string {
  const found = entries
    .map((entry) => entry.replace(/^\.\//, ''))
    .flatMap((path) => [path, `${path}.js`, `${path}/index.js`])
    .find((path) => paths.has(path));
  if (found !== undefined) return found;
  throw new DomainError(
    'unprocessable',
    'upload.no_entry',
    `${who} ${JSON.stringify(entries[0]?.slice(0, 200))}, which is not among the files. Upload it, or name the entry file of the package in the field entry.`,
  );
}

/** Throws `upload.bad_package_json` where a package.json is no JSON, or says more than a package may. */
export function describedBy(json: string, path: string): PackageDescription {
  const description = parsed(json);
  if (description === undefined) throw badDescription(path, `${path} is not JSON.`);
  const excess = excessIn(description);
  if (excess !== undefined) throw badDescription(path, `${path} exceeds a limit: ${excess}.`);
  return description;
}

function parsed(json: string): PackageDescription | undefined {
  try {
    const description: unknown = JSON.parse(json.replace(/^\ufeff/, ''));
    return typeof description === 'object' && description !== null ? description : {};
  } catch {
    return undefined;
  }
}

const badDescription = (path: string, why: string): DomainError =>
  new DomainError(
    'unprocessable',
    'upload.bad_package_json',
    `${why} Correct it, or leave it out and name the entry in the field entry.`,
    { part: path },
  );
