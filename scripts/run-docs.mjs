// npm run docs:run: pastes the commands of the documents, each page from top to bottom on a fresh server, in a folder that has
// what a clone has (scripts/docs/fresh-clone.mjs). A command that fails, or one that has to be refused and isn't, is exit 1; each
// block that is not run says why (scripts/docs/blocks.mjs). With names of pages only these.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { blocksOf, scriptOf } from './docs/blocks.mjs';
import { freshClone } from './docs/fresh-clone.mjs';
import { makeSession } from './docs/session.mjs';
import { stopBehind } from './docs/stop-behind.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Longest first, so that the two lanes end together. */
const PAGES = [
  'docs/ACCESS.md',
  'docs/CLIENTS.md',
  'README.md',
  'docs/IMPORT-MAPS.md',
  'docs/PROMOTION.md',
  'docs/CLI.md',
];
/** What a page says to run beside its server, behind all that the page has made there. With the system's own curl. */
const BESIDE = {
  'README.md': ['"$ROOT/examples/lander.sh"', 'STAMP="$NODE $ROOT/scripts/stamp.mjs" "$ROOT/examples/stamp-lander.sh"'],
};
const besideOf = (page) => (BESIDE[page] ?? []).map((one) => `(PATH="\${PATH#*:}"; ${one} >&2)\n`).join('');
/** Half a minute where nothing else runs, more on a loaded machine. A command that hangs is ended. */
const PAGE_WITHIN_MS = 400_000;

/** Runs the script in the session; resolves with its exit code and all that it said. */
function runScript(script, { clone, env }) {
  const child = spawn('bash', ['-c', script], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), PAGE_WITHIN_MS);
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      const ended = signal === null ? '' : `── ended by ${signal}, after ${PAGE_WITHIN_MS / 1000} s at most\n`;
      resolve({ code, output: Buffer.concat(output).toString() + ended });
    });
  });
}

/** A page that starts no server begins with one that runs. */
const withServer = (blocks, script) => {
  const starts = blocks.some(
    ({ commands, notRun }) => notRun === undefined && commands.some((one) => /npm start\b/.test(one)),
  );
  return script.replace(/^needs_server$/m, starts ? ':' : 'npm start');
};

async function runPage(clone, page) {
  const began = performance.now();
  const blocks = blocksOf(fs.readFileSync(path.join(clone, page), 'utf8'));
  const session = await makeSession(clone);
  const { code, output } = await runScript(
    withServer(blocks, scriptOf(blocks, session.rewrite)) + besideOf(page),
    session,
  );
  await stopBehind(session.env.SERVER_PID);
  const left = blocks.filter(({ notRun }) => notRun !== undefined);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${code === 0 ? 'ok    ' : 'FAILED'}  ${page.padEnd(20)} ${seconds.padStart(5)} s, ${blocks.length - left.length} of ${blocks.length} blocks`,
  );
  for (const [reason, lines] of grouped(left))
    console.log(
      `        not run: ${reason} (${lines.length === 1 ? `line ${lines[0].line}` : `${lines.length} blocks`})`,
    );
  if (code !== 0) {
    console.log(output.split('\n').slice(-60).join('\n'));
    if (fs.existsSync(session.env.SERVER_LOG))
      console.log(`── the server\n${fs.readFileSync(session.env.SERVER_LOG, 'utf8')}`);
  }
  session.end();
  return code === 0;
}

function grouped(blocks) {
  const groups = new Map();
  for (const block of blocks) groups.set(block.notRun, [...(groups.get(block.notRun) ?? []), block]);
  return groups;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((page) => !PAGES.includes(page));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: not one of ${PAGES.join(', ')}.`);
  process.exit(2);
}
/** All pages share a clone, which is built once, by its own script. */
const shared = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-clone-'));
fs.chmodSync(shared, 0o755);
let failed = 0;
try {
  const clone = freshClone(root, path.join(shared, 'clone'));
  const { ensureBuilt } = await import(pathToFileURL(path.join(clone, 'scripts', 'build.mjs')).href);
  await ensureBuilt();
  const queue = [...(asked.length > 0 ? asked : PAGES)];
  /** Two at a time: each has a server, a port and a home of its own. */
  const lane = async () => {
    for (let page = queue.shift(); page; page = queue.shift()) if (!(await runPage(clone, page))) failed++;
  };
  await Promise.all([lane(), lane()]);
} finally {
  fs.rmSync(shared, { recursive: true, force: true, maxRetries: 5 });
}
process.exitCode = failed === 0 ? 0 : 1;
