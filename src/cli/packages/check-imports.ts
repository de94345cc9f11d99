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
    throw new CliError(`There is no folder ${folder}. Name the one with your sources: --folder src`, EXIT.error);
  });
  const files = entries.filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name));
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name));
  return paths.filter((one) => !/[\\/]node_modules[\\/]/.test(one)).slice(0, MOST_FILES);
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
  const map = await readMap(url, signal);
  const missing: MissingImport[] = [];
  for (const [specifier, files] of [...imports].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (await leads(map, specifier, signal)) continue;
    for (const file of files) missing.push({ file, specifier });
  }
  return missing;
}

async function readMap(url: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const reply = await fetch(url, { signal });
  const text = await reply.text();
  if (!reply.ok || text.length > MOST_MAP_BYTES)
    throw new CliError(`The ticket's import map can't be read: ${reply.status} from ${url}`, EXIT.error);
  const { imports } = JSON.parse(text) as { imports?: Record<string, unknown> };
  return new Map(
    Object.entries(imports ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** As the standard does: the key itself, else the longest one that ends with a slash. */
async function leads(map: ReadonlyMap<string, string>, specifier: string, signal: AbortSignal): Promise<boolean> {
  if (map.has(specifier)) return true;
  for (let end = specifier.lastIndexOf('/'); end > 0; end = specifier.lastIndexOf('/', end - 1)) {
    const address = map.get(specifier.slice(0, end + 1));
    if (address === undefined) continue;
    const reply = await fetch(new URL(specifier.slice(end + 1), address), { method: 'HEAD', signal });
    return reply.status !== 404;
  }
  return false;
}
