// A database whose clock can be set: all that servers and columns' defaults ask for the time goes to functions of its own, which
// Postgres finds before its own ones. Steps are real to every statement; what runs in processes goes on.
import pg from 'pg';
import { createTestDatabase, type TestServer } from './test-server.js';

const CLOCK = `
  CREATE SCHEMA stepping;
  CREATE TABLE stepping.off (by interval NOT NULL);
  INSERT INTO stepping.off VALUES ('0');
  CREATE FUNCTION stepping.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM stepping.off)';
  CREATE FUNCTION stepping.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT pg_catalog.now() + (SELECT by FROM stepping.off)';
  DO $do$ DECLARE c record; BEGIN
    FOR c IN SELECT table_name, column_name, CASE WHEN column_default ~ 'clock' THEN 'clock_timestamp' ELSE 'now' END AS name
      FROM information_schema.columns WHERE table_schema = 'public' AND column_default IN ('clock_timestamp()', 'now()')
    LOOP EXECUTE format('ALTER TABLE public.%I ALTER COLUMN %I SET DEFAULT stepping.%I()', c.table_name, c.column_name, c.name); END LOOP;
    EXECUTE format('ALTER DATABASE %I SET search_path = stepping, pg_catalog, public', current_database());
  END $do$;`;

/** For startTestServer. */
export async function createSteppingDatabase(): ReturnType<typeof createTestDatabase> {
  const connection = await createTestDatabase();
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(CLOCK);
  await client.end();
  return connection;
}

/** Steps the clock of a server's database; negative: back. */
export async function step(server: Pick<TestServer, 'sql'>, seconds: number): Promise<void> {
  await server.sql('UPDATE stepping.off SET by = by + make_interval(secs => $1)', [seconds]);
}
