// Every migration, in the order in which they run: that of the times in their files' names.
import type { MigrationInterface } from 'typeorm';
import { exportedClasses } from '../src/platform/database/exported-classes.js';

export const migrations = await exportedClasses<MigrationInterface>(import.meta.dirname, /^\d{13}-[a-z0-9-]+$/);
