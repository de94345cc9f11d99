// stampline backup: all of the database and its files into one file, while servers go on.
import { rowsIn } from './backup/format.js';
import { takeBackup } from './backup/take.js';
import type { Operation } from './operation.js';
import { writeOut } from './output-file.js';
import { sizeOf } from './progress.js';
import fs from 'node:fs';

export const backup: Operation = (program, operator) => {
  program
    .command('backup')
    .argument('<file>', 'where to write it; - is standard output')
    .description(
      'Write a backup of everything, as of one moment, into one file. Servers can keep running. Keep the file secret.',
    )
    .option('--accept-missing', 'leave out files that are lost, and list them')
    .action(async (file: string, options: { acceptMissing?: boolean }) => {
      const { config, withDatabase, note, signal } = operator();
      const begun = performance.now();
      const { header, end } = await withDatabase('current', ({ connection, dataSource }) => {
        const { dataFolder } = config;
        const tables = new Set(dataSource.entityMetadatas.map(({ tableName }) => tableName));
        const wanted = { connection, dataFolder, signal, tables, acceptMissing: options.acceptMissing ?? false };
        return writeOut(file, (out) => takeBackup(wanted, out));
      });
      for (const name of end.missing) note(`Left out, since it is lost: ${name}`);
      const size = file === '-' ? '' : `, ${sizeOf(fs.statSync(file).size)}`;
      note(
        `${file === '-' ? 'The backup' : file}: everything that was committed by ${header.taken_at}: ${rowsIn(end)} rows, ${end.files.count} files${size}, in ${((performance.now() - begun) / 1000).toFixed(1)} s.`,
      );
    });
};
