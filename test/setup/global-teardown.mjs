// Stops the run's Postgres and removes its folder.
import fs from 'node:fs';

export default async function globalTeardown() {
  const { postgres, dataFolder } = globalThis.stamplineTestPostgres;
  await postgres.stop();
  fs.rmSync(dataFolder, { recursive: true, force: true });
}
