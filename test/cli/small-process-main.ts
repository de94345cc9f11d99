// The small process of small-process.ts: runs stamp within itself when a message asks for it, and programs for who waits at the pipes.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import type { Asked, Program, ProgramEnded } from './small-process.js';
import { stampWithin } from './stamp-within.js';

const MOST_BYTES = 256 * 1024 * 1024;

process.on('disconnect', () => process.exit());
process.on('message', ({ id, place }: Asked) => {
  void stampWithin(place).then(
    (ended) => process.send?.({ id, ended }),
    (error: Error) => process.send?.({ id, failed: error.stack }),
  );
});

const [, , questions = '', answers = ''] = process.argv;
const out = fs.createWriteStream(answers);
createInterface({ input: fs.createReadStream(questions) }).on('line', (line) => {
  const { file, args, cwd, env, input } = JSON.parse(line) as Program;
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    env,
    input: input ?? '',
    encoding: 'utf8',
    maxBuffer: MOST_BYTES,
  });
  const ended: ProgramEnded = { code: status, stdout: stdout ?? '', stderr: stderr ?? '', failed: error?.message };
  out.write(`${JSON.stringify(ended)}\n`);
});
