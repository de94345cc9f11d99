// The paths of uploaded files: which are taken, and how they stand in URLs. Names on disk are hashes, never these.
import { invalid } from '../platform/errors.js';

const MOST_PART_BYTES = 255;
const MOST_PATH_BYTES = 1000;

/**
 * A relative path with `/` between its parts, as it came. Throws `upload.bad_name` for what could lead elsewhere: `..`, an
 * absolute path, a backslash, a percent sign (`%2e%2e`), NUL and other control characters.
 */
export function checkPath(path: string): string {
  const wrong = faultOf(path);
  if (wrong === undefined) return path;
  throw invalid('upload.bad_name', `The file name ${JSON.stringify(path.slice(0, 100).toWellFormed())} ${wrong}`);
}

function faultOf(path: string): string | undefined {
  if (path === '') return 'is empty. Give each file a name.';
  if (!path.isWellFormed() || /[\p{Cc}\ufffd]/u.test(path)) return 'has control characters or is not UTF-8. Rename it.';
  if (/[\\%]/.test(path)) return 'has a backslash or a percent sign. Use forward slashes, and rename it.';
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return 'is absolute. Give the path within the uploaded folder.';
  const parts = path.split('/');
  if (parts.some((part) => part === '..' || part === '.' || part === ''))
    return "has an empty part, '.' or '..'. Give the path within the uploaded folder.";
  if (parts.some((part) => Buffer.byteLength(part) > MOST_PART_BYTES))
    return `has a part longer than ${MOST_PART_BYTES} bytes. Shorten it.`;
  return Buffer.byteLength(path) > MOST_PATH_BYTES ? `is longer than ${MOST_PATH_BYTES} bytes. Shorten it.` : undefined;
}

/** As it stands in a URL. */
const pathInUrl = (path: string): string => path.split('/').map(encodeURIComponent).join('/').replaceAll('%40', '@');

/** Where a kept file or folder is served: `/modules/<hash>/<path>`. */
export const moduleUrl = (hash: string, path: string): string => `/modules/${hash}/${pathInUrl(path)}`;

/** The parts of such an address; undefined for any other. The path is empty for a whole folder. */
export function partsOfModuleUrl(url: string): { readonly hash: string; readonly path: string } | undefined {
  const [, hash, path] = /^\/modules\/([\da-f]{64})\/([^?#]*)$/.exec(url) ?? [];
  if (hash === undefined || path === undefined) return undefined;
  try {
    return { hash, path: decodeURIComponent(path) };
  } catch {
    return undefined;
  }
}

/** The file that a relative specifier in another one leads to within the folder, whatever `?v=1` or `#part` stands after it; undefined where it leads out of it, or isn't relative. */
export function resolveWithin(importer: string, specifier: string): string | undefined {
  if (!/^\.{1,2}\//.test(specifier)) return undefined;
  const plain = decodedPath(specifier.replace(/[?#].*$/s, ''));
  if (plain === undefined) return undefined;
  const parts = importer.split('/').slice(0, -1);
  for (const part of plain.split('/')) {
    if (part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** `./a%20b.js` is the file `a b.js`; undefined for what isn't the name of one, `%2f` say. */
function decodedPath(path: string): string | undefined {
  if (!path.includes('%')) return path;
  if (/%(?:2f|5c|25|00)/i.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
