// What a page of the app would fail to resolve: each bare import of its sources, asked of the ticket's import map.
import { init, parse } from 'es-module-lexer/minimal';
import fs from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';

export interface MissingImport {
  /** Below the current folder. */
  readonly file: string;
  readonly specifier: string;
  /** Scopes of the map within which it leads somewhere: only for modules that are served from there. */
  readonly scopes: readonly string[];
}

/** Files that are read at most. */
const MOST_FILES = 20_000;
const MOST_MAP_BYTES = 64 * 1024 * 1024;

/** The bare imports of the scripts in a folder, by specifier: the files that have them. Rejects with CliError. */
export async function bareImports(cwd: string, folder: string): Promise<Map<string, string[]>> {
  await init();
  const found = new Map<string, string[]>();
  for (const file of await scriptsIn(path.resolve(cwd, folder))) {
    const name = path.relative(cwd, file);
    for (const specifier of importsOf(await fs.readFile(file, 'utf8')))
      if (!/^[./]|^[a-z][a-z0-9+.-]*:/i.test(specifier)) found.set(specifier, [...(found.get(specifier) ?? []), name]);
  }
  return found;
}

async function scriptsIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true }).catch(() => {
    throw new CliError(`There is no folder ${folder}. Name the folder with your sources: --folder src`, EXIT.error);
  });
  const files = entries.filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name));
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name));
  const own = paths.filter((one) => !/[\\/]node_modules[\\/]/.test(one));
  if (own.length <= MOST_FILES) return own;
  const message = `${folder} has ${own.length} scripts, and at most ${MOST_FILES} are read. Name a part of it: --folder`;
  throw new CliError(message, EXIT.error);
}

/** What doesn't parse is told by an upload of it. */
function importsOf(source: string): string[] {
  try {
    const [imports] = parse(source);
    return [...new Set(imports.flatMap(({ n }) => n ?? []))];
  } catch {
    return [];
  }
}

/** Which of them the map at a URL leads nowhere; below a folder's key the server is asked for the file. */
export async function missingIn(
  url: string,
  imports: ReadonlyMap<string, readonly string[]>,
  signal: AbortSignal,
): Promise<MissingImport[]> {
  const { imports: all, scopes } = await readMap(url, signal);
  const missing: MissingImport[] = [];
  for (const [specifier, files] of [...imports].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (await leads(all, specifier, signal)) continue;
    const within: string[] = [];
    for (const [scope, map] of scopes) if (await leads(map, specifier, signal)) within.push(scope);
    for (const file of files) missing.push({ file, specifier, scopes: within });
  }
  return missing;
}

type Section = ReadonlyMap<string, string>;

interface ReadMap {
  readonly imports: Section;
  readonly scopes: ReadonlyMap<string, Section>;
}

async function readMap(url: string, signal: AbortSignal): Promise<ReadMap> {
  const reply = await fetch(url, { signal });
  const text = await reply.text();
  if (!reply.ok || text.length > MOST_MAP_BYTES)
    throw new CliError(`The ticket's import map can't be read: ${reply.status} from ${url}`, EXIT.error);
  const { imports, scopes } = JSON.parse(text) as { imports?: object; scopes?: Record<string, object> };
  const sections = Object.entries(scopes ?? {}).map(([scope, section]) => [scope, sectionOf(section)] as const);
  return { imports: sectionOf(imports), scopes: new Map(sections) };
}

const sectionOf = (section: object = {}): Section =>
  new Map(Object.entries(section).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

/** As the standard does: the key itself, else the longest one that ends with a slash. */
async function leads(map: Section, specifier: string, signal: AbortSignal): Promise<boolean> {
  if (map.has(specifier)) return true;
  for (let end = specifier.lastIndexOf('/'); end > 0; end = specifier.lastIndexOf('/', end - 1)) {
    const address = map.get(specifier.slice(0, end + 1));
    if (address === undefined) continue;
    return isThere(new URL(specifier.slice(end + 1), address), signal);
  }
  return false;
}

async function isThere(url: URL, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(url, { method: 'HEAD', signal })).status !== 404;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CliError(
      `${url.href} does not answer, so it is not known whether the module exists: ${faultOf(error)}`,
      EXIT.error,
    );
  }
}

/** Of a fetch the reason stands in its cause. */
const faultOf = (error: unknown): string => ((error as Error).cause as Error | undefined)?.message ?? String(error);
