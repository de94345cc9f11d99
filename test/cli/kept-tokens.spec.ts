// Tokens that several processes keep at once: none is lost, and nobody else can read them. Real processes, real files.
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { keptToken, keepToken } from '../../src/cli/session/kept-tokens.js';
import { alone } from '../../src/cli/session/private-file.js';

const ROOT = pathToFileURL(path.resolve('.')).href;
const PROCESSES = 4;
const EACH = 25;

let home: string;
let file: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-kept-'));
  file = path.join(home, '.config', 'stampline', 'tokens.json');
});
afterEach(() => fs.rm(home, { recursive: true, force: true }));

/** A process that does something with `tokens`, the module, and `file`. */
async function running(source: string): Promise<void> {
  const script = `
    await import('${ROOT}/test/setup/typescript.mjs');
    const tokens = await import('${ROOT}/src/cli/session/kept-tokens.ts');
    const { alone } = await import('${ROOT}/src/cli/session/private-file.ts');
    const file = process.argv[1];
    ${source}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'inherit' });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (ended, signal) => resolve(signal ?? ended));
  });
  if (code !== 0 && code !== 'SIGKILL') throw new Error(`The process ended with ${String(code)}.`);
}

const modeOf = async (name: string): Promise<number> => (await fs.stat(name)).mode & 0o777;

test('processes that keep tokens at once lose none, leave nothing behind, and keep them to their user', async () => {
  await Promise.all(
    Array.from({ length: PROCESSES }, (_, one) =>
      running(
        `for (let at = 0; at < ${EACH}; at++) tokens.keepToken(file, 'http://' + at + '.s${one}.example', 't' + at);`,
      ),
    ),
  );
  const kept = JSON.parse(await fs.readFile(file, 'utf8')) as Record<string, string>;
  expect(Object.keys(kept)).toHaveLength(PROCESSES * EACH);
  expect(await fs.readdir(path.dirname(file))).toEqual(['tokens.json']);
  expect(await Promise.all([file, path.dirname(file), path.dirname(path.dirname(file))].map(modeOf))).toEqual([
    0o600, 0o700, 0o700,
  ]);
});

test('processes that forget theirs at once leave those of others', async () => {
  for (let one = 0; one <= PROCESSES; one++) keepToken(file, `http://s${one}.example`, `t${one}`);
  await Promise.all(
    Array.from({ length: PROCESSES }, (_, one) => running(`tokens.forgetToken(file, 'http://s${one}.example');`)),
  );
  expect(JSON.parse(await fs.readFile(file, 'utf8'))).toEqual({ 'http://s4.example': 't4' });
});

test('a process that was ended in the middle of it stops nobody for long', async () => {
  keepToken(file, 'http://one.example', 'one');
  await running(`alone(file, () => process.kill(process.pid, 'SIGKILL'));`);
  expect(await fs.readdir(path.dirname(file))).toEqual(['tokens.json', 'tokens.json.lock']);
  // As if it had been a while ago.
  await fs.utimes(`${file}.lock`, new Date(0), new Date(0));
  keepToken(file, 'http://two.example', 'two');
  expect([keptToken(file, 'http://one.example'), keptToken(file, 'http://two.example')]).toEqual(['one', 'two']);
  expect(await fs.readdir(path.dirname(file))).toEqual(['tokens.json']);
});

test('what fails in the middle of it lets the next one in', () => {
  expect(() =>
    alone(file, () => {
      throw new Error('on the way');
    }),
  ).toThrow('on the way');
  expect(alone(file, () => 'in')).toBe('in');
});
