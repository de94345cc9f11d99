// The tokens of `stamp login`, one for each server, in a file that only its user can read. A token goes to the server that it
// was given for and to no other.
import fs from 'node:fs';
import { shell } from '../../platform/shell-quote.js';
import { CliError } from '../words/cli-error.js';
import { withoutEndSlashes } from '../words/end-slashes.js';
import { EXIT } from '../words/exit-codes.js';
import { alone, writeOwn } from './private-file.js';

/** By the server's URL. */
type Kept = Readonly<Record<string, string>>;

/** Undefined where none is kept for the server. Rejects with CliError where others can read the file, or it is none of ours. */
export function keptToken(file: string, url: string): string | undefined {
  return readKept(file)[serverOf(url)];
}

/** Instead of the one that was kept for the server. */
export function keepToken(file: string, url: string, token: string): void {
  alone(file, () => writeKept(file, { ...readKept(file), [serverOf(url)]: token }));
}

/** False where none was kept for the server. */
export function forgetToken(file: string, url: string): boolean {
  if (keptToken(file, url) === undefined) return false;
  return alone(file, () => {
    const { [serverOf(url)]: token, ...others } = readKept(file);
    if (token !== undefined) writeKept(file, others);
    return token !== undefined;
  });
}

/** `HTTP://Stamp.example:80/` and `http://stamp.example` are one. */
const serverOf = (url: string): string => withoutEndSlashes(new URL(url).href);

function readKept(file: string): Kept {
  if (!fs.existsSync(file)) return {};
  requireObjectReach(file);
  let content: unknown;
  try {
    content = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    // What is wrong with it is not said: it would be said with a piece of it.
  }
  if (typeof content === 'object' && content !== null && Object.values(content).every(isText)) return content as Kept;
  throw new CliError(`${file} is not in the format of stamp login. Remove it, and log in again.`, EXIT.unauthorised);
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** Windows keeps no such mode. */
function requireObjectReach(file: string): void {
  const { mode } = fs.statSync(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new CliError(
    `${file} has tokens, and other users of this machine can read it: ${shell`chmod 600 ${file}`}`,
    EXIT.unauthorised,
  );
}

const writeKept = (file: string, kept: Kept): void => writeOwn(file, `${JSON.stringify(kept, null, 2)}\n`);
