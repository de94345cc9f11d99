// How long the suites took in the run that was measured last. The table is for their order only: an old one costs time, no test.
import { fileURLToPath } from 'node:url';

export const SECONDS_FILE = fileURLToPath(new URL('suite-seconds.json', import.meta.url));
