// A small process beside a test process, which starts git and runs stamp for it. To start a program, Node copies the tables of all
// the memory that it has: 26 ms of the processor from a test process of 400 MB, 1 ms from a small one. A story of git starts
// hundreds.
import { build } from 'esbuild';
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Ended, Place } from './stamp-within.js';

export interface Asked {
  readonly id: number;
  readonly place: Place;
}

interface Answered {
  readonly id: number;
  readonly ended?: Ended;
  readonly failed?: string;
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

export interface ProgramEnded {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be run. */
  readonly failed?: string | undefined;
}

const { version } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { version: string };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-small-'));
process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const [main, questions, answers] = ['main.cjs', 'questions', 'answers'].map((name) => path.join(folder, name)) as [
  string,
  string,
  string,
];
await build({
  entryPoints: ['test/cli/small-process-main.ts'],
  outfile: main,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  define: { STAMP_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});
execFileSync('mkfifo', [questions, answers]);

/** Little room for what is new, so that there is little to copy. */
const SMALL = ['--max-semi-space-size=1', '--v8-pool-size=1'];

const waiting = new Map<number, (answered: Answered) => void>();
const child = started();
/** It is read to its end, so this waits until somebody writes it. */
const pipes = { ask: fs.openSync(questions, 'r+'), answer: fs.openSync(answers, 'r') };
let last = 0;

/** It ends with this process, and keeps it from nothing. */
function started(): ChildProcess {
  const made = fork(main, [questions, answers], { execArgv: SMALL, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  made.on('message', (answered: Answered) => waiting.get(answered.id)?.(answered));
  made.once('exit', (code) => {
    for (const [id, tell] of waiting) tell({ id, failed: `The small process ended with ${code}.` });
  });
  made.unref();
  made.channel?.unref();
  return made;
}

/** Runs stamp, in there. */
export async function runStamp(place: Place): Promise<Ended> {
  const id = ++last;
  child.channel?.ref();
  const answered = await new Promise<Answered>((resolve) => {
    waiting.set(id, resolve);
    child.send({ id, place } satisfies Asked);
  });
  waiting.delete(id);
  if (waiting.size === 0) child.channel?.unref();
  if (answered.ended) return answered.ended;
  throw new Error(answered.failed);
}

/** Runs a program to its end. Throws where it can't be run. */
function runProgram(program: Program): ProgramEnded {
  fs.writeSync(pipes.ask, `${JSON.stringify(program)}\n`);
  let said = '';
  const bytes = Buffer.alloc(65_536);
  const chunks: Buffer[] = [];
  while (!said.endsWith('\n')) {
    const length = fs.readSync(pipes.answer, bytes);
    if (length === 0) throw new Error('The small process has ended.');
    chunks.push(Buffer.from(bytes.subarray(0, length)));
    said = chunks.at(-1)?.toString('latin1') ?? '';
  }
  const ended = JSON.parse(Buffer.concat(chunks).toString()) as ProgramEnded;
  if (ended.failed) throw new Error(`${program.file} ${program.args.join(' ')}: ${ended.failed}`);
  return ended;
}

/** What git says, without blanks around it. Throws what it says of an error. */
export function git(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  input?: string,
): string {
  const { code, stdout, stderr } = runProgram({
    file: 'git',
    args,
    cwd,
    env,
    ...(input === undefined ? {} : { input }),
  });
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout.trim();
}
