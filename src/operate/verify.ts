// stampline verify: whether what must hold does, beside the servers.
import { INVARIANTS } from './invariants.js';
import { OperationError, type Operation } from './operation.js';
import { sqlOn, withSnapshot } from './snapshot.js';

export const verify: Operation = (program, operator) => {
  program
    .command('verify')
    .description('Check the data for consistency, as of one moment. Changes nothing; servers can keep running.')
    .action(async () => {
      const { config, withDatabase, say, signal } = operator();
      const wrong = await withDatabase('current', ({ connection }) =>
        withSnapshot(connection, signal, async (client) => {
          let count = 0;
          for (const { says, find } of INVARIANTS) {
            const found = await find(sqlOn(client), { dataFolder: config.dataFolder, read: true });
            say(`${found.length === 0 ? 'ok   ' : 'WRONG'} ${says}`);
            for (const line of found) say(`        ${line}`);
            if (found.length > 0) count += 1;
          }
          return count;
        }),
      );
      if (wrong > 0) throw new OperationError(`${wrong} of ${INVARIANTS.length} checks failed.`);
    });
};
