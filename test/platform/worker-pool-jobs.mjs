// A thread that does what it is told, for worker-pool.spec.ts.
import { parentPort } from 'node:worker_threads';

const hoard = [];
const DEEDS = {
  answer: (task) => parentPort.postMessage({ did: task.say }),
  spin: () => {
    for (;;) Math.sqrt(2);
  },
  hoard: () => {
    for (;;) hoard.push(new Array(10_000).fill({}));
  },
  throw: () => {
    throw new Error('broken');
  },
  exit: () => process.exit(3),
};

parentPort.on('message', (task) => DEEDS[task.deed](task));
