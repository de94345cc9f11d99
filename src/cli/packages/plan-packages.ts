// The packages that are asked for, with all that these import: one version of each, and what a page would load of it.
import fs from 'node:fs/promises';
import path from 'node:path';
import { shell } from '../../platform/in-shell.js';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { buildPackage, type BuiltFile, descriptionOf } from './built-package.js';
import { findInstalled, type Installed, packageOf } from './installed.js';
import { entriesOf, PackageFiles, type ReachedEntry } from './package-files.js';

export interface PlannedPackage {
  readonly name: string;
  readonly version: string;
  /** True where esbuild made modules of it. */
  readonly built: boolean;
  readonly files: readonly BuiltFile[];
  /** Entries that are left out, with the package that each of them would need. */
  readonly left: readonly { readonly subpath: string; readonly needs: string }[];
}

/** A package that waits for its turn, and who imports it. */
interface Asked {
  readonly name: string;
  readonly from: string;
  readonly by: string | undefined;
}

/** Packages that come with those that are named; more is no app's. */
const MOST_PACKAGES = 500;

/**
 * In the order in which they are found. Rejects with CliError where a package isn't installed, is there in two versions, or
 * isn't made for browsers and can't be built.
 */
export async function planPackages(names: readonly string[], cwd: string): Promise<PlannedPackage[]> {
  const found = new Map<string, { readonly home: string; readonly version: string; readonly by: string | undefined }>();
  const planned: PlannedPackage[] = [];
  const waiting: Asked[] = names.map((name) => ({ name, from: cwd, by: undefined }));
  for (const asked of waiting) {
    const installed = await findInstalled(asked.name, asked.from);
    if (!installed) throw notInstalled(asked);
    const known = found.get(installed.name);
    if (known && known.home !== installed.home && known.version !== installed.version)
      throw twoVersions(installed, asked.by, known);
    if (known) continue;
    found.set(installed.name, { home: installed.home, version: installed.version, by: asked.by });
    if (found.size > MOST_PACKAGES)
      throw new CliError(`These packages bring more than ${MOST_PACKAGES} others.`, EXIT.error);
    const { plan, outside } = await planOne(installed, cwd);
    planned.push(plan);
    for (const specifier of outside)
      waiting.push({ name: packageOf(specifier), from: installed.home, by: installed.name });
  }
  return planned;
}

async function planOne(
  installed: Installed,
  cwd: string,
): Promise<{ readonly plan: PlannedPackage; readonly outside: ReadonlySet<string> }> {
  const { name, version } = installed;
  const entries = entriesOf(installed);
  if (entries.length === 0)
    throw new CliError(
      `${name} ${version} exports nothing to browsers: it is for other places. Leave it out.`,
      EXIT.error,
    );
  const files = new PackageFiles(installed);
  const reached = (await Promise.all(entries.map((entry) => files.reach(entry)))).filter(
    (one) => !one.needsBuild || isNamed(installed, one.subpath),
  );
  const left = await leftOut(installed, reached);
  const kept = reached.filter(({ subpath }) => !left.some((one) => one.subpath === subpath));
  const whole = { name, version, left };
  if (kept.some(({ needsBuild }) => needsBuild)) return planBuilt(installed, kept, whole, cwd);
  const paths = [...new Set(['package.json', ...kept.flatMap((one) => [...one.files])])].sort();
  const own = await Promise.all(
    paths.map(async (one) => ({ path: one, bytes: new Uint8Array(await fs.readFile(path.join(installed.home, one))) })),
  );
  return { plan: { ...whole, built: false, files: own }, outside: othersIn(installed, outsideOf(kept)) };
}

/** What CommonJS requires is known once it is built. */
async function planBuilt(
  installed: Installed,
  entries: readonly ReachedEntry[],
  { left, ...whole }: Pick<PlannedPackage, 'name' | 'version' | 'left'>,
  cwd: string,
): Promise<{ readonly plan: PlannedPackage; readonly outside: ReadonlySet<string> }> {
  const built = await buildPackage(installed, entries, cwd);
  const found = [...built.entries].map(([subpath, { outside }]) => ({ subpath, outside: new Set(outside) }));
  const more = await leftOut(installed, found);
  const isLeft = (subpath: string): boolean => more.some((one) => one.subpath === subpath);
  const kept = new Map([...built.entries].filter(([subpath]) => !isLeft(subpath)));
  const gone = new Set([...built.entries].filter(([subpath]) => isLeft(subpath)).map(([, { file }]) => file));
  const files = [descriptionOf(installed, kept), ...built.files.filter((one) => !gone.has(one.path))];
  const outside = othersIn(installed, outsideOf(found.filter(({ subpath }) => kept.has(subpath))));
  return { plan: { ...whole, left: [...left, ...more], built: true, files }, outside };
}

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
      if (subpath === '.') throw notInstalled({ name: other, from: installed.home, by: installed.name });
      left.push({ subpath, needs: other });
      break;
    }
  }
  return left;
}

const notInstalled = ({ name, by }: Asked): CliError =>
  new CliError(
    `${name} is not in node_modules${by === undefined ? '' : `, and ${by} imports it`}. Install it: ${shell`npm install ${name}`}`,
    EXIT.notFound,
  );

const twoVersions = (
  { name, version }: Installed,
  by: string | undefined,
  known: { readonly version: string; readonly by: string | undefined },
): CliError =>
  new CliError(
    `${name} is installed twice, and a page has one: ${known.version} (for ${known.by ?? 'the app'}) and ${version} (for ${by ?? 'the app'}). Make it one: npm dedupe`,
    EXIT.error,
  );
