// The processes of Postgres, and signals to them.
import fs from 'node:fs';

/** A process that has ended by itself meanwhile needs no signal. */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** By /proc: their parent is the second number behind the name in parentheses. */
export function childrenOf(parent) {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
    } catch {
      return false; // It has just ended.
    }
  });
}
