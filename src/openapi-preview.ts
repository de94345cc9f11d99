// The OpenAPI document without a server or a database, for scripts/openapi.mjs.
import type { OpenAPIObject } from '@nestjs/swagger';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import { createApp } from './app.js';
import { readConfig } from './config.js';
import { dataSourceOptions } from './data-source.js';
import { buildDocument } from './openapi.js';

export async function previewDocument(): Promise<OpenAPIObject> {
  const dataSource = new DataSource(dataSourceOptions({ url: 'postgres://unused' }));
  const app = await createApp(
    { config: readConfig({}), dataSource, log: pino({ level: 'silent' }) },
    { preview: true },
  );
  const document = buildDocument(app);
  await app.close();
  return document;
}
