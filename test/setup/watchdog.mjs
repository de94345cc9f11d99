// The runner waits for ever: a test or a hook that doesn't end within this time ends its process, which fails the suite and
// says where it hung.
import { SUITE_OVER } from './suite-over.mjs';

const LONGEST_MS = 300_000;

let seen = '';
let since = performance.now();
/** Between two suites, or after the last: the others may take long. */
let isIdle = false;

process.on('message', ({ type, source } = {}) => {
  if (type === SUITE_OVER) isIdle = true;
  else if (source === 'port') [isIdle, since] = [false, performance.now()];
});

setInterval(() => {
  const { testPath = '', currentTestName = '' } = globalThis.expect?.getState() ?? {};
  const now = `${testPath}: ${currentTestName}`;
  if (now !== seen) [seen, since] = [now, performance.now()];
  if (isIdle || testPath === '' || performance.now() - since < LONGEST_MS) return;
  console.error(`Nothing ends within ${LONGEST_MS / 1000} s in or after ${now}`);
  process.exit(1);
}, 1000).unref();
