// The checker must be able to fail: servers whose status PATCH is a find and then a save, without a lock.
import { untilOver } from './time.mjs';

/** @type {import('./all.mjs').Fault} */
export const brokenOnPurpose = {
  name: 'broken-on-purpose',
  about: 'no fault, but servers that find and then save: the checker must report losses',
  seconds: 8,
  short: 8,
  isProof: true,
  wishes: () => ({ nodeOptions: () => ['--import', './torture/find-then-save.mjs'] }),
  inject: ({ until }) => untilOver(until),
};
