// config → database → app → listen; and the way back.
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { createApp } from './app.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { dataSourceOptions } from './data-source.js';
import { EmbeddedPostgresError } from './platform/database/embedded/embedded-postgres-error.js';
import { type OpenDatabase, openDatabase } from './platform/database/open-database.js';
import { StartError } from './platform/database/start-error.js';
import { Lifecycle } from './platform/lifecycle.js';

/** SIGTERM: how long /readyz says no before anything closes, and when the process ends whatever is left (promise 8). */
const DRAIN_MS = 1500;
const LAST_MS = 29_000;

const say = (line: string): void => console.log(line);

export async function main(): Promise<void> {
  try {
    await start(readConfig());
  } catch (error) {
    const known = error instanceof ConfigError || error instanceof StartError || error instanceof EmbeddedPostgresError;
    console.error(known ? `stampline: ${error.message}` : error);
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 100).unref();
  }
}

async function start(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel });
  let ending: (() => void) | undefined;
  const database = await openDatabase(config, dataSourceOptions, {
    log: (line) => log.info(line),
    onLost: (reason) => {
      console.error(`stampline: ${reason}`);
      process.exitCode = 1;
      ending?.();
    },
  });
  let app: NestFastifyApplication;
  try {
    app = await createApp({ config, dataSource: database.dataSource, log });
    await listen(app, config);
  } catch (error) {
    await database.close();
    throw error;
  }
  ending = endOnSignals(app, database);
  welcome(await app.getUrl(), database);
}

async function listen(app: NestFastifyApplication, config: Config): Promise<void> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new StartError(`Port ${config.port} is taken by another program. Stop it, or choose another port: PORT=8001 npm start.`);
    if (code === 'EACCES') throw new StartError(`Port ${config.port} needs permission that this user doesn't have. Choose one above 1023: PORT=8000 npm start.`);
    throw new StartError(`Can't listen on ${config.host}:${config.port}: ${message}.`);
  }
}

function welcome(url: string, database: OpenDatabase): void {
  const base = url.replace('[::1]', 'localhost').replace('127.0.0.1', 'localhost').replace('[::]', 'localhost').replace('0.0.0.0', 'localhost');
  say(`Stampline listens on ${base}  (API in Swagger UI: ${base}/docs)`);
  say(`Data: ${database.where}`);
  for (const note of database.notes) say(`Note: ${note}`);
  say(`Try:  curl -H 'Content-Type: application/json' -d '{"title": "My first ticket"}' ${base}/api/v1/ticket/`);
}

/** SIGTERM drains, SIGINT ends at once; a second signal ends without waiting for requests. */
function endOnSignals(app: NestFastifyApplication, database: OpenDatabase): () => void {
  const lifecycle = app.get(Lifecycle);
  let leaving = false;
  const end = async (drain: number): Promise<void> => {
    if (leaving) process.exit(1);
    leaving = true;
    setTimeout(() => process.exit(1), LAST_MS).unref();
    lifecycle.leave();
    await new Promise((resolve) => setTimeout(resolve, drain));
    await app.close();
    await database.close();
    process.exit();
  };
  process.on('SIGTERM', () => void end(DRAIN_MS));
  process.on('SIGINT', () => void end(0));
  return () => void end(0);
}
