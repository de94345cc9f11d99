// Nothing happens.
import { untilOver } from './time.mjs';

/** @type {import('./all.mjs').Fault} */
export const none = {
  name: 'none',
  about: 'nothing happens',
  seconds: 30,
  inject: ({ until }) => untilOver(until),
};
