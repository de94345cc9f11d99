// config → the server, which is loaded only then: what is wrong with the settings is said in a tenth of the time.
import { ConfigError } from './config-values.js';
import { readConfig } from './config.js';
import { EmbeddedPostgresError } from './platform/database/embedded/embedded-postgres-error.js';
import { StartError } from './platform/database/start-error.js';

export async function main(): Promise<void> {
  try {
    const config = readConfig();
    const { serve } = await import('./serve.js');
    await serve(config);
  } catch (error) {
    const known = error instanceof ConfigError || error instanceof StartError || error instanceof EmbeddedPostgresError;
    console.error(known ? `stampline: ${error.message}` : error);
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 100).unref();
  }
}
