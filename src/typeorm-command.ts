// For the `typeorm` command, with DATABASE_URL: `npx typeorm migration:show -d dist/src/typeorm-command.js`.
import { DataSource } from 'typeorm';
import { readConfig } from './config.js';
import { dataSourceOptions } from './data-source.js';

export const commandLine = new DataSource(dataSourceOptions({ url: readConfig().databaseUrl ?? '' }));
