// The figures of the command: how long the first look of `stamp --update` at a folder of 2 000 modules takes, how long from a
// save there until `?dev=` shows it, and how long it takes to begin. Part of npm run bench; `npm run bench -- first_sync` runs one.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { percentile } from './percentile.mjs';

const STAMP = fileURLToPath(new URL('../dist/cli/stamp.mjs', import.meta.url));
const FILES = 2000;
const FIRST_SYNC_S = 10;
const VISIBLE_MS = 300;
/** That the command may take over a bare `node -e 0`. */
const VERSION_MS = 200;
/** Between two saves, as nobody saves faster. */
const PAUSE_MS = 150;
/** Saves before the first that counts, and those of a round. */
const WARM_UP = 5;
const SAVES = 5;

const source = (number, version) =>
  `import { one } from './m${(number + 1) % FILES}.js';\n\nexport const version = ${version};\n` +
  `export function make${number}(value) {\n  return one + value * ${number};\n}\n// What it is for, in some words.\n`.repeat(
    12,
  );

/** A repository with 2 000 modules in forty folders, and nothing that was sent yet. */
function makeApp() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-app-'));
  for (let number = 0; number < FILES; number++) {
    const file = path.join(folder, fileOf(number));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, source(number, 0));
  }
  const git = (...args) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.email=owner@example.com', '-c', 'user.name=Owner', 'commit', '--quiet', '--message=Modules');
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

const fileOf = (number) => `src/f${number % 40}/m${number}.js`;

function runStamp(world, app, line) {
  const env = {
    PATH: process.env.PATH,
    HOME: app.folder,
    XDG_CACHE_HOME: path.join(app.folder, '.cache'),
    STAMP_URL: world.ours.url,
  };
  return spawn(process.execPath, [STAMP, ...line.split(' ')], {
    cwd: app.folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** From the command's start to its end, each with a ticket and modules of its own. */
async function firstSync(world, { rounds }) {
  const times = [];
  for (let turn = 0; turn < Math.min(rounds, 5); turn++) {
    const app = makeApp();
    try {
      const started = performance.now();
      const child = runStamp(world, app, `update SYNC-${turn + 1} --once --json --folder src`);
      child.stdout.resume();
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`stamp update ended with ${code}`);
      times.push((performance.now() - started) / 1000);
    } finally {
      app.remove();
    }
    await close(world, `SYNC-${turn + 1}`);
  }
  const [p50, most] = [percentile(times, 0.5), Math.max(...times)].map((value) => Number(value.toFixed(2)));
  return {
    path: 'first_sync',
    met: most <= FIRST_SYNC_S,
    p50_s: p50,
    max_s: most,
    files: FILES,
    line: `first_sync ${FILES} files in ${p50} s, at most ${most} s (target ${FIRST_SYNC_S} s)`,
  };
}

/** Out of the way of the next one, which changes the same keys. */
async function close(world, key) {
  const reply = await fetch(`${world.ours.url}/api/v1/ticket/${key}/close/`, { method: 'POST' });
  if (!reply.ok) throw new Error(`Closing ${key} answered ${reply.status}.`);
}

/** From the write to the disk until `?dev=` leads to another module. */
async function saveToVisible(world, { rounds }) {
  const app = makeApp();
  const child = runStamp(world, app, 'update SAVE-1 --json --folder src');
  const times = [];
  try {
    await untilWatching(child);
    for (let turn = -WARM_UP; turn < rounds * SAVES; turn++) {
      const number = (turn + WARM_UP) * 7;
      const specifier = `@default/${fileOf(number)}`;
      const before = await shown(world, specifier);
      const started = performance.now();
      fs.writeFileSync(path.join(app.folder, fileOf(number)), source(number, turn + 1000));
      while ((await shown(world, specifier)) === before) await pause(2);
      if (turn >= 0) times.push(performance.now() - started);
      await pause(PAUSE_MS);
    }
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
    app.remove();
  }
  await close(world, 'SAVE-1');
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)].map(Math.round);
  return {
    path: 'save_to_visible',
    met: p50 <= VISIBLE_MS,
    p50,
    p99,
    files: FILES,
    line: `save_to_visible p50 ${p50} ms, p99 ${p99} ms, in a folder of ${FILES} files (target ${VISIBLE_MS} ms)`,
  };
}

async function untilWatching(child) {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`stamp update ended with ${code}`)));
  ended.catch(() => undefined); // At the end it is meant to.
  let text = '';
  const watching = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('"event":"watching"')) resolve();
    });
  });
  await Promise.race([watching, ended]);
}

async function shown(world, specifier) {
  const reply = await fetch(`${world.ours.url}/import-map.json?dev=SAVE-1`);
  return (await reply.json()).imports[specifier];
}

/** By name, in the order in which they run. */
/** `stamp --version` over a bare `node -e 0`, each a process of its own, in turns. */
function cliVersion(_world, { rounds }) {
  const time = (args) => {
    const started = performance.now();
    execFileSync(process.execPath, args, { stdio: 'pipe' });
    return performance.now() - started;
  };
  const [bare, ours] = [[], []];
  for (let turn = 0; turn < rounds * 3; turn++) {
    bare.push(time(['-e', '0']));
    ours.push(time([STAMP, '--version']));
  }
  const [bareMs, oursMs] = [bare, ours].map((times) => Math.round(percentile(times, 0.5)));
  return {
    path: 'cli_version',
    met: oursMs - bareMs <= VERSION_MS,
    p50_ms: oursMs,
    bare_ms: bareMs,
    line: `cli_version p50 ${oursMs} ms, ${oursMs - bareMs} ms over node's ${bareMs} ms (target ${VERSION_MS} ms over)`,
  };
}

export const CLI_FIGURES = { first_sync: firstSync, save_to_visible: saveToVisible, cli_version: cliVersion };
