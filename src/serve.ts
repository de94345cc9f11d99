// From a configuration to a server that listens: database → app → listen; and the way back.
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger, pino } from 'pino';
import { FirstAdmin } from './access/first-admin.js';
import { createApp } from './app.js';
import type { Config } from './config.js';
import { dataSourceOptions } from './data-source.js';
import { type OpenDatabase, openDatabase } from './platform/database/open-database.js';
import { listen, type Listening } from './platform/http/listen.js';
import { EndRevokedStreams } from './platform/http/open-requests.js';
import { shell } from './platform/shell-quote.js';
import { Lifecycle } from './platform/lifecycle.js';
import { errorForLog } from './platform/error-for-log.js';
import { type Leaving, onSignals } from './signals.js';

/** How long the way back takes at most: saying no at /readyz, the requests in flight, all of it (promise 8). */
const DRAIN_MS = 1500;
const REQUESTS_MS = { drain: 15_000, atOnce: 1000 };
const LAST_MS = 29_000;

const say = (line: string): void => console.log(line);

/** Resolves when it listens; it ends with its process. Rejects with StartError or EmbeddedPostgresError for what the operator can mend. */
export async function serve(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel });
  outliveStrays(log);
  const leaving = onSignals();
  const up = endEarly(config, leaving);
  const database = await openDatabase(config, dataSourceOptions, {
    log: (line) => log.info(line),
    onLost: (reason) => {
      console.error(`stampline: ${reason}`);
      process.exitCode = 1;
      leaving.now();
    },
  });
  let begun: NestFastifyApplication | undefined;
  try {
    const app = await createApp({ config, dataSource: database.dataSource, log });
    begun = app;
    const requests = new EndRevokedStreams(app.getHttpServer());
    const listening = await listen(app.getHttpAdapter().getInstance(), config.host, config.port);
    up();
    void leaving.asked.then((drain) => leave({ app, requests, listening, database }, leaving, drain));
    welcome(urlOf(config, listening.port), database, config, app.get(FirstAdmin).written);
  } catch (error) {
    await begun?.close();
    await database.close();
    throw error;
  }
}

/**
 * Asked to end before it is up: at once where the database is somebody else's; else when it is up, so that no Postgres of
 * ours stays behind, unless asked twice. Returns what to call when it is up.
 */
function endEarly(config: Config, leaving: Leaving): () => void {
  let isUp = false;
  void leaving.asked.then(() => !isUp && config.databaseUrl && process.exit());
  leaving.hurry.addEventListener('abort', () => !isUp && process.exit(1));
  return () => (isUp = true);
}

/** A rejection that nobody waited for is a defect, to be read in the log; it is no reason to drop everybody's requests. */
function outliveStrays(log: Logger): void {
  process.on('unhandledRejection', (reason) => log.error({ err: errorForLog(reason) }, 'unhandled rejection'));
}

/** By which it is called. Behind a proxy that is elsewhere only that one knows. */
function urlOf({ beyondLoopback, tls, host, allowedHosts }: Config, port: number): string {
  const name = beyondLoopback ? ((tls && allowedHosts[0]?.replace(/:\d+$/, '')) ?? host) : 'localhost';
  return `${tls ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function welcome(base: string, database: OpenDatabase, config: Config, adminFile: string | undefined): void {
  say(`Stampline listens on ${base}  (API in Swagger UI: ${base}/docs)`);
  say(`Data: ${database.where}`);
  if (adminFile) say(`Requests need a token. The administrator's first token is in ${adminFile}`);
  for (const note of database.notes) say(`Note: ${note}`);
  const url = `${base}/api/v1/ticket/`;
  if (!config.access.required)
    return say(`Try:  ${shell`curl -H 'Content-Type: application/json' -d '{"title": "My first ticket"}' ${url}`}`);
  say(
    `Try:  STAMP_TOKEN=$(${sameData(config)}npx stampline token create --owner me --scope read --scope ticket:write)`,
  );
  say(
    `      ${shell`curl -H "Authorization: Bearer $STAMP_TOKEN" -H 'Content-Type: application/json' -d '{"title": "My first ticket"}' ${url}`}`,
  );
}

/** What `npx stampline` has to be told, so that it works on this server's data. A URL with its password is never printed. */
function sameData({ databaseUrl, dataFolder }: Config): string {
  if (databaseUrl) return 'DATABASE_URL=$DATABASE_URL ';
  return dataFolder === path.resolve('data') ? '' : `${shell`STAMPLINE_DATA=${dataFolder}`} `;
}

interface Running {
  readonly app: NestFastifyApplication;
  readonly requests: EndRevokedStreams;
  readonly listening: Listening;
  readonly database: OpenDatabase;
}

/** First everybody is told, then nothing new is taken, then what is open finishes, then the database goes. */
async function leave({ app, requests, listening, database }: Running, leaving: Leaving, drain: boolean): Promise<void> {
  setTimeout(() => process.exit(1), LAST_MS).unref();
  app.get(Lifecycle).leave();
  requests.leave();
  if (drain) await leaving.pause(DRAIN_MS);
  listening.stop();
  await requests.finish(drain ? REQUESTS_MS.drain : REQUESTS_MS.atOnce, leaving.hurry);
  await app.close();
  await database.close();
  process.exit();
}
