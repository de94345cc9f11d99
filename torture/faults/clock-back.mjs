// The database's clock steps back, and forth again: its processes run with libfaketime, which reads from a file how far its
// clock is off. Only that clock moves; what is measured in durations goes on.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { repeatedly } from './time.mjs';

const LIBRARY = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((one) => fs.existsSync(one));

/** An hour and a month back, a little ahead, right again. */
const STEPS = ['-3600', '-2678400', '+5', '+0'];

/** @type {import('./all.mjs').Fault} */
export const clockBack = {
  name: 'clock-back',
  about: "the database's clock steps an hour and a month back, ahead and right again, every 3 s",
  seconds: 30,
  short: 13,
  missing: () => (LIBRARY ? undefined : 'there is no libfaketime (Debian: apt-get install libfaketime)'),
  wishes: () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-clock-'));
    fs.chmodSync(folder, 0o755);
    const file = path.join(folder, 'off-by');
    setClock(file, '+0');
    return {
      postgresEnv: {
        LD_PRELOAD: LIBRARY,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
      after: () => fs.rmSync(folder, { recursive: true }),
    };
  },
  inject: ({ world, until }) =>
    repeatedly(until, 3000, async (turn) => {
      const off = STEPS[turn % STEPS.length];
      setClock(world.postgresEnv.FAKETIME_TIMESTAMP_FILE, off);
      await requireClock(world, Number(off));
    }),
};

/** Whole at once: a process reads it at any moment. */
function setClock(file, off) {
  fs.writeFileSync(`${file}.new`, off, { mode: 0o644 });
  fs.renameSync(`${file}.new`, file);
}

/** The fault must be one. */
async function requireClock(world, off) {
  const [row] = await world.sql('SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds').catch(() => []);
  if (row && Math.abs(row.seconds - Date.now() / 1000 - off) > 60)
    throw new Error(`The database's clock did not step by ${off} s.`);
}
