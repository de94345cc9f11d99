// jest-light-runner with a process for each worker, and one thing mended: asked by one worker for what it needs to begin, the
// runner answers all of them, once. A worker that starts later than another has missed it, and would wait for ever.
import LightRunner from 'jest-light-runner/child-process';
import Tinypool from 'tinypool';

const QUESTION = 'jest-light-runner-get-worker-data';

const { run } = Tinypool.prototype;
Tinypool.prototype.run = function (task, options) {
  return run.call(this, task, { ...options, channel: answering(this.options.workerData) });
};

/** Between one worker and the pool: whoever asks is answered. */
function answering(workerData) {
  let tell;
  return {
    onMessage: (listener) => (tell = listener),
    postMessage: (message) => {
      if (message === QUESTION) tell({ type: 'jest-light-runner-worker-data', workerData });
    },
  };
}

export default LightRunner;
