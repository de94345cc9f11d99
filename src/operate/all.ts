// The operator's commands, in the order of their help.
import { backup } from './backup.js';
import { exportAll } from './export.js';
import { migrate } from './migrate.js';
import type { Operation } from './operation.js';
import { restore } from './restore.js';
import { token } from './token.js';
import { verify } from './verify.js';

export const OPERATIONS: readonly Operation[] = [migrate, backup, restore, exportAll, verify, token];
