// Waits for the relay: what is compared later must not get its number in between.
import type { TestServer } from '../setup/test-server.js';

export async function untilNumbered(server: TestServer): Promise<void> {
  const waits = 'SELECT EXISTS (SELECT 1 FROM event WHERE seq IS NULL) AS waits';
  while ((await server.sql<{ waits: boolean }>(waits))[0]?.waits) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
