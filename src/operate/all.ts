// The operator's commands, in the order of their help.
import { migrate } from './migrate.js';
import type { Operation } from './operation.js';
import { token } from './token.js';

export const OPERATIONS: readonly Operation[] = [migrate, token];
