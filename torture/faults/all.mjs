// The faults, by name (promises.md, "Faults that the tests inject").
import { brokenOnPurpose } from './broken-on-purpose.mjs';
import { clockBack } from './clock-back.mjs';
import { cutCommit, databaseUnreachable, holdLink, resetConnections, stopPostgres } from './connections.mjs';
import { crashInMigration } from './crash-in-migration.mjs';
import { fullDisk, noInodes } from './full-disk.mjs';
import { haproxy, rollingRestart } from './in-turn.mjs';
import { killBackend, killPostmaster } from './kill-postgres.mjs';
import { killServer } from './kill-server.mjs';
import { none } from './none.mjs';
import { clock, crashInUpload, fewDescriptors, stuckReader } from './processes.mjs';
import { crashBetweenRelayAndNotify, relayLockTaken, twoRelays } from './relays.mjs';
import { stopBackend, stopLeader, stopServer } from './stopped.mjs';

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {string} about one line for --help
 * @property {number} seconds how long the load goes on, unless --seconds says
 * @property {number} [short] the same for `--short`, what CI runs; without it, CI doesn't run it
 * @property {() => import('../world/world.mjs').Wishes} [wishes] what its world needs
 * @property {() => Promise<string | undefined> | string | undefined} [missing] what this machine lacks for it
 * @property {number} [gap] the longest time, in seconds, that nobody may be answered (promises.md); told, as it depends on
 *   the machine, and no failure
 * @property {number} [mapLate] milliseconds that a map may be late without saying that it is (X-Stamp-Status: stale)
 * @property {object} [load] what differs in the load
 * @property {boolean} [mustNotFail] no request may fail, not even one that would be answered when it is repeated
 * @property {boolean} [isProof] the checker is on trial: it must report losses
 * @property {(stage: {world: import('../world/world.mjs').World, random: () => number, progress: (line: string) => void}) => Promise<void>} [prepare]
 *   before the load
 * @property {(stage: {world: import('../world/world.mjs').World, load: import('../load/load.mjs').Load, until: number, random: () => number}) => Promise<void>} inject
 *   does its worst until `until` (performance.now()), and leaves things whole
 */

/** @type {Fault[]} */
export const FAULTS = [
  none,
  killServer,
  killBackend,
  killPostmaster,
  resetConnections,
  databaseUnreachable,
  stopPostgres,
  stopBackend,
  stopServer,
  stopLeader,
  holdLink,
  cutCommit,
  fullDisk,
  noInodes,
  fewDescriptors,
  clock,
  clockBack,
  crashInUpload,
  crashInMigration,
  crashBetweenRelayAndNotify,
  twoRelays,
  relayLockTaken,
  stuckReader,
  haproxy,
  rollingRestart,
  brokenOnPurpose,
];
