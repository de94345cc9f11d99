// The packages that are asked for, with all that these import: one version of each, and what a page would load of it.
import fs from 'node:fs/promises';
import path from 'node:path';
import { shell } from '../../platform/shell-quote.js';
import { hasExports } from '../../platform/package-exports.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { buildPackage, type BuiltFile, descriptionOf } from './built-package.js';
import { findInstalled, type Installed, packageOf } from './installed.js';
import { entriesOf, PackageFiles, type ReachedEntry } from './package-files.js';

export interface PlannedPackage {
  readonly name: string;
  readonly version: string;
  /** Where it is installed, links followed. */
  readonly home: string;
  /** True where esbuild made modules of it. */
  readonly built: boolean;
  readonly files: readonly BuiltFile[];
  /** Entries that are left out, with the package that each of them would need. */
  readonly left: readonly { readonly subpath: string; readonly needs: string }[];
  /** Subpaths beyond those that get keys. */
  readonly more: number;
  /** The packages that it imports. */
  readonly needs: ReadonlySet<string>;
}

/** What waits for its turn, and who imports it. */
interface Asked {
  readonly specifier: string;
  readonly from: string;
  readonly by: string | undefined;
}

interface Planned {
  readonly installed: Installed;
  readonly by: string | undefined;
  /** Subpaths that somebody imports. */
  readonly wanted: Set<string>;
  plan: PlannedPackage;
}

/** Packages that come with those that are named; more is no app's. */
const MOST_PACKAGES = 500;

/**
 * In the order in which they are found. Rejects with CliError where a package isn't installed, is there in two versions, or
 * isn't made for browsers and can't be built.
 * @param imported what the app imports, of these packages or of others: `lodash/debounce`
 */
export async function planPackages(
  names: readonly string[],
  cwd: string,
  imported: readonly string[] = [],
): Promise<PlannedPackage[]> {
  const found = new Map<string, Planned>();
  const waiting: Asked[] = [...names, ...imported.filter((one) => names.includes(packageOf(one)))].map((specifier) => ({
    specifier,
    from: cwd,
    by: undefined,
  }));
  for (const asked of waiting) {
    const { specifier, by } = asked;
    const installed = await findInstalled(packageOf(specifier), asked.from);
    if (!installed) throw notInstalled(packageOf(specifier), by);
    const known = found.get(installed.name);
    requireOneVersion(installed, by, known);
    const wanted = known?.wanted ?? new Set<string>();
    const isNew = !known || (!hasExports(installed.description) && !wanted.has(subpathOf(specifier)));
    wanted.add(subpathOf(specifier));
    if (!isNew) continue;
    const { plan, outside } = await planOne(known?.installed ?? installed, wanted, cwd);
    if (known) known.plan = plan;
    else found.set(installed.name, { installed, by, wanted, plan });
    if (found.size > MOST_PACKAGES)
      throw new CliError(`These packages need more than ${MOST_PACKAGES} other packages.`, EXIT.error);
    for (const one of outside) waiting.push({ specifier: one, from: installed.home, by: installed.name });
  }
  return [...found.values()].map(({ plan }) => plan);
}

/** Each behind those that it imports, so that none is told to be missing that is on its way. */
export function needsFirst(planned: readonly PlannedPackage[]): PlannedPackage[] {
  const [byName, ordered] = [new Map(planned.map((one) => [one.name, one])), new Set<PlannedPackage>()];
  const seen = new Set<string>();
  const visit = ({ name, needs }: PlannedPackage): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const other of needs) {
      const found = byName.get(other);
      if (found) visit(found);
    }
    ordered.add(byName.get(name) as PlannedPackage);
  };
  planned.forEach(visit);
  return [...ordered];
}

/** `lodash/debounce` → `./debounce`, `lodash` → `.` */
const subpathOf = (specifier: string): string => `.${specifier.slice(packageOf(specifier).length)}`;

async function planOne(
  installed: Installed,
  wanted: ReadonlySet<string>,
  cwd: string,
): Promise<{ readonly plan: PlannedPackage; readonly outside: ReadonlySet<string> }> {
  const { name, version } = installed;
  const { entries, more } = entriesOf(installed, wanted);
  if (entries.length === 0)
    throw new CliError(`${name} ${version} exports nothing for browsers. Leave it out.`, EXIT.error);
  const files = new PackageFiles(installed);
  const reached = (await Promise.all(entries.map((entry) => files.reach(entry)))).filter(
    (one) => !one.needsBuild || isNamed(installed, one.subpath) || wanted.has(one.subpath),
  );
  const left = await leftOut(installed, reached);
  const kept = reached.filter(({ subpath }) => !left.some((one) => one.subpath === subpath));
  const whole = { name, version, home: installed.home, left, more };
  if (kept.some(({ needsBuild }) => needsBuild)) return planBuilt(installed, kept, whole, cwd);
  const paths = [...new Set(['package.json', ...kept.flatMap((one) => [...one.files])])].sort();
  const read = await Promise.all(
    paths.map(async (one) => ({ path: one, bytes: new Uint8Array(await fs.readFile(path.join(installed.home, one))) })),
  );
  const deep = hasExports(installed.description) ? [] : kept.filter((one) => one.subpath !== `./${one.path}`);
  const own = deep.some(({ subpath }) => subpath !== '.') ? withSubpaths(installed, read, deep) : read;
  const outside = othersIn(installed, outsideOf(kept));
  return { plan: { ...whole, built: false, files: own, needs: namesOf(outside) }, outside };
}

/** A package without `exports` that is imported without file endings: keys for that, as `exports` gives them. */
function withSubpaths(
  { description }: Installed,
  files: readonly BuiltFile[],
  entries: readonly { readonly subpath: string; readonly path: string }[],
): BuiltFile[] {
  const exports = Object.fromEntries(entries.map(({ subpath, path: file }) => [subpath, `./${file}`]));
  const bytes = new Uint8Array(Buffer.from(JSON.stringify({ ...description, exports })));
  return files.map((one) => (one.path === 'package.json' ? { path: one.path, bytes } : one));
}

/** What CommonJS requires is known once it is built. */
async function planBuilt(
  installed: Installed,
  entries: readonly ReachedEntry[],
  { left, ...whole }: Pick<PlannedPackage, 'name' | 'version' | 'home' | 'left' | 'more'>,
  cwd: string,
): Promise<{ readonly plan: PlannedPackage; readonly outside: ReadonlySet<string> }> {
  const built = await buildPackage(installed, entries, cwd);
  const found = [...built.entries].map(([subpath, { outside }]) => ({ subpath, outside }));
  const also = await leftOut(installed, found);
  const isLeft = (subpath: string): boolean => also.some((one) => one.subpath === subpath);
  const kept = new Map([...built.entries].filter(([subpath]) => !isLeft(subpath)));
  const used = new Set([...kept.values()].flatMap((one) => [...one.files]));
  const files = [descriptionOf(installed, kept), ...built.files.filter((one) => used.has(one.path))];
  const outside = othersIn(installed, outsideOf(found.filter(({ subpath }) => kept.has(subpath))));
  return { plan: { ...whole, left: [...left, ...also], built: true, files, needs: namesOf(outside) }, outside };
}

const namesOf = (specifiers: Iterable<string>): Set<string> => new Set([...specifiers].map(packageOf));

const outsideOf = (entries: readonly { readonly outside: ReadonlySet<string> }[]): string[] =>
  entries.flatMap(({ outside }) => [...outside]);

/** Files that a pattern such as `./dist/*` matches besides are not built for its sake. */
const isNamed = ({ description: { exports } }: Installed, subpath: string): boolean =>
  subpath === '.' || (typeof exports === 'object' && exports !== null && Object.hasOwn(exports, subpath));

/** What comes from other packages; a URL comes from nowhere here. */
const othersIn = ({ name }: Installed, specifiers: readonly string[]): Set<string> =>
  new Set(specifiers.filter((one) => isBare(one) && packageOf(one) !== name));

const isBare = (specifier: string): boolean => !/^[./#]|^[a-z][a-z0-9+.-]*:/i.test(specifier);

/** Subpaths that need what isn't installed, an optional peer say; the package itself may not. */
async function leftOut(
  installed: Installed,
  reached: readonly Pick<ReachedEntry, 'subpath' | 'outside'>[],
): Promise<PlannedPackage['left']> {
  const missing = new Map<string, boolean>();
  const left: { subpath: string; needs: string }[] = [];
  for (const { subpath, outside } of reached) {
    for (const specifier of othersIn(installed, [...outside])) {
      const other = packageOf(specifier);
      if (!missing.has(other)) missing.set(other, !(await findInstalled(other, installed.home)));
      if (!missing.get(other)) continue;
      if (subpath === '.') throw notInstalled(other, installed.name);
      left.push({ subpath, needs: other });
      break;
    }
  }
  return left;
}

const notInstalled = (name: string, by: string | undefined): CliError =>
  new CliError(
    `${name} is not in node_modules${by === undefined ? '' : `, and ${by} imports it`}. Install it: ${shell`npm install ${name}`}`,
    EXIT.notFound,
  );

function requireOneVersion(
  { name, version, home }: Installed,
  by: string | undefined,
  known: Planned | undefined,
): void {
  if (!known || known.installed.home === home || known.installed.version === version) return;
  const versions = `${known.installed.version} (for ${known.by ?? 'the app'}) and ${version} (for ${by ?? 'the app'})`;
  throw new CliError(
    `${name} is installed twice, and a page can have only one: ${versions}. Merge them: npm dedupe`,
    EXIT.error,
  );
}
