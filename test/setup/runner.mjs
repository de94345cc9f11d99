// jest-light-runner with a process for each worker, and two things mended. Asked by one worker for what it needs to begin, the
// runner answers all of them, once: a worker that starts later than another has missed it, and would wait for ever. And a worker is
// told when its suite is over, so that its watchdog doesn't take waiting for the others for a test that hangs.
import LightRunner from 'jest-light-runner/child-process';
import Tinypool from 'tinypool';
import { SUITE_OVER } from './suite-over.mjs';

const QUESTION = 'jest-light-runner-get-worker-data';

const { run } = Tinypool.prototype;
Tinypool.prototype.run = function (task, options) {
  const channel = answering(this.options.workerData);
  return run.call(this, task, { ...options, channel }).finally(() => channel.tellOver());
};

/** Between one worker and the pool: whoever asks is answered. */
function answering(workerData) {
  let tell;
  return {
    onMessage: (listener) => (tell = listener),
    /** Nobody is told where the suite ran in this process, or its worker is gone. */
    tellOver: () => tell?.({ type: SUITE_OVER }),
    postMessage: (message) => {
      if (message === QUESTION) tell({ type: 'jest-light-runner-worker-data', workerData });
    },
  };
}

export default LightRunner;
