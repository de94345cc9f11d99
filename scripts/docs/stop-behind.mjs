// Stops the server that a page's `npm start` left running.
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const stoppedWithinMs = 35_000;

const isThere = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** SIGTERM, and after the time that the server promises SIGKILL. Without a file there is nothing to stop. */
export async function stopBehind(file) {
  if (!fs.existsSync(file)) return;
  const pid = Number(fs.readFileSync(file, 'utf8'));
  fs.rmSync(file);
  if (!isThere(pid)) return;
  process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + stoppedWithinMs; isThere(pid) && Date.now() < deadline;) await wait(50);
  if (isThere(pid)) process.kill(pid, 'SIGKILL');
}
