// The clock by which the age of what is known is judged: milliseconds of CLOCK_MONOTONIC, which nobody sets and which goes on
// while a process is stopped (SIGSTOP, a container that is frozen). It stands still only while the whole machine sleeps; after
// that the next question to the database, a third of a second later, tells.
export const steadyNow = (): number => performance.now();
