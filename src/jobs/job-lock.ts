// The lock of a job that runs in one process of a database at a time: a session's, on a connection that is there for the run
// only, so that no transaction is open for as long as a clean-up takes. What a job does must be safe without it, too: a process
// that is stopped may lose the lock in the middle and learn of that late.
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OwnClient } from '../platform/database/own-client.js';
import type { Run } from '../platform/recurring.js';

const ANSWER_MS = 5000;
/** Nothing is said on the connection while the job runs: a firewall must not take it for dead. */
const SESSION = 'SET tcp_keepalives_idle = 30; SET statement_timeout = 4000';

@Injectable()
export class JobLock {
  constructor(private readonly dataSource: DataSource) {}

  /** Answers false, without running it, where another process has the lock. Rejects where the database can't be asked. */
  async whileHeld(job: string, signal: AbortSignal, run: Run): Promise<boolean> {
    const client = new OwnClient(this.dataSource, `stampline job ${job}`, ANSWER_MS);
    const lost = new AbortController();
    client.onLost(() => lost.abort(new Error(`the lock of ${job} was lost`)));
    try {
      await client.connect(SESSION);
      const [row] = await client.run<{ taken: boolean }>({
        text: "SELECT pg_try_advisory_lock(hashtext('stampline job'), hashtext($1)) AS taken",
        values: [job],
      });
      if (!row?.taken) return false;
      await run(AbortSignal.any([signal, lost.signal]));
      return true;
    } finally {
      client.drop();
    }
  }
}
