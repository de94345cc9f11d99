// Which file of a package folder its name leads to: what the upload says, else what its package.json says, else index.js.
import { DomainError } from '../../platform/errors.js';

/** Conditions of `exports` that hold in a browser, in the order of the object that names them. */
const CONDITIONS = new Set(['browser', 'import', 'module', 'default']);

/** A path within the folder. Throws `upload.no_entry` where it leads to no file of the upload. */
export function packageEntry(
  paths: ReadonlySet<string>,
  asked: string | undefined,
  packageJson: string | undefined,
): string {
  if (asked !== undefined) return known(asked, paths, 'The field entry says');
  const said = packageJson === undefined ? undefined : saidBy(packageJson);
  if (said !== undefined) return known(said, paths, 'package.json says');
  return known('index.js', paths, 'Without the field entry and without package.json it would be');
}

function known(entry: string, paths: ReadonlySet<string>, who: string): string {
  const path = entry.replace(/^\.\//, '');
  const found = [path, `${path}.js`, `${path}/index.js`].find((one) => paths.has(one));
  if (found !== undefined) return found;
  throw new DomainError(
    'unprocessable',
    'upload.no_entry',
    `${who} ${JSON.stringify(entry.slice(0, 200))}, which is not among the files. Upload it, or name the file that the package's name leads to in the field entry.`,
  );
}

function saidBy(json: string): string | undefined {
  let description: unknown;
  try {
    description = JSON.parse(json);
  } catch {
    throw new DomainError(
      'unprocessable',
      'upload.bad_package_json',
      'package.json is not JSON. Correct it, or name the entry in the field entry.',
      { part: 'package.json' },
    );
  }
  const { module, exports, main } = (description ?? {}) as Record<string, unknown>;
  return [module, targetOf(exports), main].find((one): one is string => typeof one === 'string' && one !== '');
}

/** What `exports` says of the package itself. */
function targetOf(exports: unknown, depth = 0): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null || depth > 8) return undefined;
  if (Array.isArray(exports)) return exports.map((one) => targetOf(one, depth + 1)).find(Boolean);
  if (Object.hasOwn(exports, '.')) return targetOf((exports as Record<string, unknown>)['.'], depth + 1);
  return Object.entries(exports)
    .filter(([condition]) => CONDITIONS.has(condition))
    .map(([, target]) => targetOf(target, depth + 1))
    .find(Boolean);
}
