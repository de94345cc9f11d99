// The file that is running, and how it is brought up to date: by the way it was installed.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { shell } from '../../platform/shell-quote.js';

declare const STAMP_VERSION: string;

export interface OwnFile {
  readonly version: string;
  /** As the server would tag it (src/pages/cli-files.controller.ts). */
  readonly etag: string;
  /** What to do to have the one at this URL. */
  update(url: string): string;
}

/** Undefined where it can't be found, such as when it was read from a pipe. */
export function ownFile(script: string | undefined = process.argv[1]): OwnFile | undefined {
  if (!script || !fs.existsSync(script)) return undefined;
  const started = fs.realpathSync(script);
  const inClone = path.join(path.dirname(path.dirname(started)), 'dist', 'cli', 'stamp.mjs');
  const isClone = path.basename(path.dirname(started)) === 'scripts' && fs.existsSync(inClone);
  const file = isClone ? inClone : started;
  const digest = createHash('sha256').update(fs.readFileSync(file)).digest('base64url').slice(0, 22);
  return { version: STAMP_VERSION, etag: `"${digest}"`, update: (url) => updateOf(file, url) };
}

function updateOf(file: string, url: string): string {
  const parts = file.split(path.sep);
  if (parts.includes('node_modules')) return shell`npm install --global ${`${url}/cli/stamp.tgz`}`;
  if (parts.slice(-3, -1).join('/') === 'dist/cli') return 'git pull && npm ci, in the clone that it comes from';
  return shell`curl --fail --output ${file} ${`${url}/cli/stamp.mjs`}`;
}
