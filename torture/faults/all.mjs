// The faults, by name (promises.md, "Faults that the tests inject").
import { killServer } from './kill-server.mjs';
import { none } from './none.mjs';

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} about one line for --help
 * @property {number} seconds how long the load goes on, unless --seconds says
 * @property {(count: number) => import('../world/world.mjs').Wishes} [wishes] what its world needs
 * @property {() => Promise<string | undefined> | string | undefined} [missing] what this machine lacks for it
 * @property {object} [load] what differs in the load
 * @property {(stage: {world: import('../world/world.mjs').World, load: import('../load/load.mjs').Load, until: number, random: () => number}) => Promise<void>} inject
 *   does its worst until `until` (performance.now()), and leaves things whole
 */

/** @type {Fault[]} */
export const FAULTS = [none, killServer];
