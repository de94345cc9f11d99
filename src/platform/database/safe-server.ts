// Refuses a Postgres on which promises can't be kept (promises 1 and 9).
import pg from 'pg';
import { clientConfig, type Connection } from './connection.js';
import { StartError } from './start-error.js';

export interface Facts {
  version: number;
  encoding: string;
  fsync: string;
  synchronous_commit: string;
  full_page_writes: string;
  locale: string;
}

const FACTS = `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
  current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
  current_setting('full_page_writes') AS full_page_writes,
  (SELECT COALESCE(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', d.datctype) FROM pg_database d WHERE d.datname = current_database()) AS locale`;

export async function requireSafeServer(connection: Connection): Promise<void> {
  const faults = faultsOf(await readFacts(connection));
  if (faults.length > 0) throw new StartError(`This database can't keep Stampline's guarantees: ${faults.join('; ')}.`);
}

/** What is wrong with a server and its database; empty where nothing is. */
export function faultsOf(facts: Facts): string[] {
  return [
    facts.version < 150000 && 'it must be Postgres 15 or later',
    facts.encoding !== 'UTF8' && `its encoding must be UTF8, not ${facts.encoding}`,
    !/^C\.?UTF-?8$/i.test(facts.locale) &&
      `its character type must be C.UTF-8, not ${facts.locale} (CREATE DATABASE … TEMPLATE template0 LOCALE 'C.UTF-8' ENCODING 'UTF8')`,
    facts.fsync !== 'on' && 'fsync must be on',
    ['off'].includes(facts.synchronous_commit) && 'synchronous_commit must be on',
    facts.full_page_writes !== 'on' && 'full_page_writes must be on',
  ].filter((fault) => fault !== false);
}

async function readFacts(connection: Connection): Promise<Facts> {
  const client = new pg.Client({ ...clientConfig(connection), connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined); // The query below rejects with it.
  await client.connect();
  try {
    const { rows } = await client.query<Facts>(FACTS);
    return rows[0] as Facts;
  } finally {
    await client.end();
  }
}
