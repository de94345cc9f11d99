// Every migration, in the order in which they run.
import { FirstTables1763700000000 } from './1763700000000-first-tables.js';
import { ProjectManager1763720000000 } from './1763720000000-project-manager.js';

export const migrations = [FirstTables1763700000000, ProjectManager1763720000000];
