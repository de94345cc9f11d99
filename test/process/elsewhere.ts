// What leads PostgreSQL's clients to another server than the embedded one, as some shells and CI have it in their environment.
export const ELSEWHERE: Readonly<Record<string, string>> = {
  PGSSLMODE: 'require',
  PGHOST: 'nowhere.invalid',
  PGPORT: '1',
  PGUSER: 'somebody',
  PGPASSWORD: 'wrong',
  PGDATABASE: 'other',
  PGOPTIONS: '-c nothing.of=ours -c default_transaction_read_only=on',
  PGCLIENTENCODING: 'SQL_ASCII',
  PGDATA: '/nowhere',
  PGTZ: 'Asia/Kolkata',
  PGSERVICE: 'none',
};
