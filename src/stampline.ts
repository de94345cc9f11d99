// The `stampline` command: `start`, which is also what it does without a word, and what an operator does beside it.
import { Command, CommanderError } from 'commander';
import { pino } from 'pino';
import { ConfigError } from './config-values.js';
import { readConfig } from './config.js';
import { dataSourceOptions } from './data-source.js';
import { main } from './main.js';
import { OPERATIONS } from './operate/all.js';
import { OperationError, type Operator } from './operate/operation.js';
import { EmbeddedPostgresError } from './platform/database/embedded/embedded-postgres-error.js';
import { StartError } from './platform/database/start-error.js';
import { visitDatabase } from './platform/database/visit-database.js';
import { withoutSteering } from './platform/steering.js';

const EXIT = { failed: 1, usage: 2, interrupted: 130 };

/** Runs what the words ask for. A server goes on when this resolves; everything else is done. */
export async function runStampline(words: readonly string[]): Promise<void> {
  const program = new Command('stampline')
    .description(
      'The CI ticket system that serves every ticket as a running application: the server, and its maintenance.',
    )
    .exitOverride()
    .showHelpAfterError('(stampline --help lists the commands)');
  program.command('start', { isDefault: true }).description('Run the server (as npm start does).').action(main);
  let operator: Operator | undefined;
  for (const add of OPERATIONS) add(program, () => (operator ??= openOperator()));
  try {
    requireCommand(program, words[0]);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    process.exitCode = told(error, operator?.signal.aborted ?? false);
  }
  // What an operation leaves open, such as the socket of a Postgres that it started, keeps nobody waiting.
  if (operator) setTimeout(() => process.exit(), 100).unref();
}

/** A word that is no command isn't one for the server, which takes none. */
function requireCommand(program: Command, word: string | undefined): void {
  if (word === undefined || word.startsWith('-') || word === 'help') return;
  if (!program.commands.some((command) => command.name() === word))
    program.error(`error: unknown command '${word}'`, { exitCode: EXIT.usage });
}

/** Says why, and answers the exit code. */
function told(error: unknown, isInterrupted: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (isInterrupted) return EXIT.interrupted;
  const known = [ConfigError, StartError, EmbeddedPostgresError, OperationError].some((one) => error instanceof one);
  console.error(known ? `stampline: ${(error as Error).message}` : error);
  return EXIT.failed;
}

function openOperator(): Operator {
  const config = readConfig();
  const log = pino({ level: config.logLevel }, pino.destination(2));
  const leaving = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => leaving.abort());
  return {
    config,
    withDatabase: async (schema, work) => {
      const database = await visitDatabase(config, dataSourceOptions, schema, (line) => log.info(line));
      try {
        return await work(database);
      } finally {
        await database.close();
      }
    },
    say: (line) => console.log(withoutSteering(line)),
    note: (line) => console.error(withoutSteering(line)),
    signal: leaving.signal,
  };
}
