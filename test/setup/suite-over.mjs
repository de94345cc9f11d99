// What the runner says to a worker whose suite has ended.
export const SUITE_OVER = 'stampline-suite-over';
