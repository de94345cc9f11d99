// stampline migrate: the schema of this version, without starting a server.
import type { Operation } from './operation.js';

export const migrate: Operation = (program, operator) => {
  program
    .command('migrate')
    .description('Migrate the database to the schema of this version. Starting a server does the same.')
    .action(async () => {
      const { withDatabase, say } = operator();
      await withDatabase('migrate', async ({ where }) => say(`The schema is up to date: ${where}`));
    });
};
