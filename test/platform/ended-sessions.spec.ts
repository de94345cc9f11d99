// A session that Postgres ended by one of its time-outs is a lost connection, not a fault of ours: 503, never 500. A database
// clock that steps forward ends sessions so.
import pg from 'pg';
import { asDomainError, isConnectionLost } from '../../src/platform/database/database-error.js';
import { createTestDatabase } from '../setup/test-server.js';

it.each([
  ['idle_in_transaction_session_timeout', 'BEGIN', '25P03'],
  ['idle_session_timeout', 'SELECT 1', '57P05'],
])('%s', async (setting, last, code) => {
  const client = new pg.Client(await createTestDatabase());
  await client.connect();
  const told = new Promise<Error & { code?: string }>((resolve) => client.on('error', resolve));
  await client.query(`SET ${setting} = '50ms'`);
  await client.query(last);
  const error = await told;
  expect(error.code).toBe(code);
  expect(isConnectionLost(error)).toBe(true);
  expect(asDomainError(error)).toMatchObject({ kind: 'unavailable', code: 'database.unavailable' });
});
