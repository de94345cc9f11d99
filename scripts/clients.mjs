// npm run clients: runs the clients in examples/clients against the server at STAMP_URL, as their users would: the Python
// one with the system's requests, the TypeScript one with types generated from openapi.json, strictly type-checked.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = path.join(root, 'node_modules');
const clients = path.join(root, 'examples', 'clients');
const env = { ...process.env, STAMP_URL: process.env.STAMP_URL ?? 'http://localhost:8000' };
/** Debian's own first: a python3 that comes earlier in PATH doesn't see Debian's packages. */
const pythons = ['/usr/bin/python3', 'python3'];

/** Runs a command with our own output; throws with what it was for when it fails. */
function run(what, command, args, folder = root) {
  const { status, error } = spawnSync(command, args, { cwd: folder, env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${what} failed${error ? `: ${error.message}` : ''}.`);
}

const node = (what, args, folder) => run(what, process.execPath, args, folder);

/** A project as a user would have it: the client, its schema and the packages. What is emitted is what runs. */
function typescript(folder) {
  fs.copyFileSync(path.join(clients, 'ticket-life.ts'), path.join(folder, 'ticket-life.ts'));
  fs.symlinkSync(packages, path.join(folder, 'node_modules'), 'junction');
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'DOM'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmitOnError: true,
  };
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['ticket-life.ts'] }));
  const generator = path.join(packages, 'openapi-typescript', 'bin', 'cli.js');
  node('openapi-typescript', [
    generator,
    path.join(root, 'openapi.json'),
    '--output',
    path.join(folder, 'schema.d.ts'),
  ]);
  node('The type check', [path.join(packages, 'typescript', 'bin', 'tsc'), '--project', folder]);
  node('ticket-life.ts', [path.join(folder, 'ticket-life.js')]);
}

function python() {
  const found = pythons.find((one) => spawnSync(one, ['-c', 'import requests'], { stdio: 'ignore' }).status === 0);
  if (!found) throw new Error('No python3 here has requests: apt-get install python3-requests.');
  run('ticket_life.py', found, [path.join(clients, 'ticket_life.py')]);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-clients-'));
try {
  python();
  typescript(folder);
} catch (error) {
  console.error(`clients: ${error.message}`);
  process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
