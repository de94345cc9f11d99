// Where a page's commands run: a folder that is like a fresh clone, a home and a /tmp of their own, and programs in front of the
// system's that make failures fail.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import '../typescript.mjs';

const { freePort } = await import('../../test/setup/launch.js');
const program = fileURLToPath(new URL('start-behind.mjs', import.meta.url));

/** curl ends with 0 where a server refuses; --fail-with-body doesn't, and shows as much. */
const CURL = `#!/bin/sh
for one in "$@"; do case "$one" in --fail*|-f|-sI) exec "$CURL" "$@";; esac; done
exec "$CURL" --fail-with-body --silent --show-error "$@"
`;
/**
 * What `npm ci` would install is there: it is asked whether it would, and without a warning about this Node. `npm start` starts
 * the server behind the session's back, in place of another terminal.
 */
const NPM = `#!/bin/sh
case "$1" in
  ci)
    said=$("$NPM" ci --dry-run --ignore-scripts --no-audit --no-fund 2>&1) || { echo "$said"; exit 1; }
    case "$said" in *EBADENGINE*) echo "$said"; exit 1;; esac;;
  start) exec "$NODE" "$START_BEHIND";;
  *) exec "$NPM" "$@";;
esac
`;
const STAMP = `#!/bin/sh
exec "$NODE" "$ROOT/scripts/stamp.mjs" "$@"
`;

const whereIs = (program) =>
  (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program))
    .find((file) => fs.existsSync(file));

/** The programs that the page's commands find first. */
function writePrograms(folder) {
  fs.mkdirSync(folder);
  for (const [name, text] of Object.entries({ curl: CURL, npm: NPM, stamp: STAMP }))
    fs.writeFileSync(path.join(folder, name), text, { mode: 0o755 });
  // Whatever the PATH has, node is this one.
  fs.symlinkSync(process.execPath, path.join(folder, 'node'));
}

/** A clone's files, each as a link: what is written beside them is the session's own. */
function likeClone(clone, folder) {
  fs.mkdirSync(folder);
  for (const name of fs.readdirSync(clone)) fs.symlinkSync(path.join(clone, name), path.join(folder, name));
}

/**
 * @param {string} root of the clone that all sessions share
 * @returns {Promise<{folder: string, clone: string, env: object, rewrite: (line: string) => string, end: () => void}>} */
export async function makeSession(root) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-docs-'));
  fs.chmodSync(folder, 0o755);
  const at = (name) => path.join(folder, name);
  for (const name of ['home', 'tmp']) fs.mkdirSync(at(name));
  likeClone(root, at('clone'));
  writePrograms(at('bin'));
  const port = String(await freePort());
  const { DATABASE_URL: _database, HOST: _host, STAMP_TOKEN: _token, ...inherited } = process.env;
  const who = { NAME: 'Ann', EMAIL: 'ann@example.com' };
  const env = {
    ...inherited,
    ...Object.fromEntries(Object.entries(who).map(([name, value]) => [`GIT_AUTHOR_${name}`, value])),
    ...Object.fromEntries(Object.entries(who).map(([name, value]) => [`GIT_COMMITTER_${name}`, value])),
    PATH: [at('bin'), inherited.PATH].join(path.delimiter),
    HOME: at('home'),
    XDG_CONFIG_HOME: path.join(at('home'), '.config'),
    npm_config_prefix: path.join(at('home'), '.npm'),
    npm_config_cache: inherited.npm_config_cache ?? path.join(os.homedir(), '.npm'),
    ROOT: root,
    START_BEHIND: program,
    NODE: process.execPath,
    CURL: whereIs('curl'),
    NPM: whereIs('npm'),
    PORT: port,
    STAMP_URL: `http://localhost:${port}`,
    STAMPLINE_DATA: path.join(at('clone'), 'data'),
    SERVER_LOG: at('server.log'),
    SERVER_PID: at('server.pid'),
  };
  const rewrite = (line) => line.replaceAll('localhost:8000', `localhost:${port}`).replaceAll('/tmp/', `${at('tmp')}/`);
  return {
    folder,
    clone: at('clone'),
    env,
    rewrite,
    end: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
