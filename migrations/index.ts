// Every migration, in the order in which they run.
import { FirstTables1763700000000 } from './1763700000000-first-tables.js';

export const migrations = [FirstTables1763700000000];
