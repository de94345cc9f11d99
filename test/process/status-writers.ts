// Sixteen clients that PATCH one ticket's status without a pause, and the account of what was acknowledged: the checker of
// every scenario in which something is killed.
import { call, type Reply } from './server-process.js';

export interface Account {
  /** Which status each acknowledged version gave the ticket, in the order of the answers. */
  readonly acknowledged: readonly { readonly version: number; readonly status: string }[];
  /** Every answer that was neither 202 nor a connection cut. */
  readonly refusals: readonly Reply[];
}

export interface Writers {
  acknowledged(): number;
  /** Resolves when so many more were acknowledged. */
  more(count: number): Promise<void>;
  /** Waits for those in flight. */
  stop(): Promise<Account>;
}

/** Every other write has an Idempotency-Key, so that single statements and transactions are both under way. */
export function startWriters(baseOf: () => string, ticket: number): Writers {
  const acknowledged: { version: number; status: string }[] = [];
  const refusals: Reply[] = [];
  let made = 0;
  let over = false;
  const write = async (): Promise<void> => {
    while (!over) {
      const number = ++made;
      const body = { status: 1 + (number % 998) };
      const key = number % 2 ? `write-${number}` : undefined;
      const reply = await call(baseOf(), 'PATCH', `/api/v1/updateticketstatus/${ticket}/`, body, key);
      if (reply.status === 202) acknowledged.push({ version: reply.body.version, status: reply.body.status });
      else if (reply.status !== 0) refusals.push(reply);
      if (reply.status !== 202) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const writers = Array.from({ length: 16 }, write);
  return {
    acknowledged: () => acknowledged.length,
    more: async (count) => {
      for (const goal = acknowledged.length + count; acknowledged.length < goal;) {
        if (over) throw new Error('The writers were stopped.');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    stop: async () => {
      over = true;
      await Promise.all(writers);
      return { acknowledged, refusals };
    },
  };
}

interface HistoryRow {
  version: number;
  data: { after: { status?: string } };
}

/** What is wrong with a ticket's history, given what was acknowledged; empty when nothing is. */
export async function faultsOf(base: string, ticket: number, { acknowledged }: Account): Promise<string[]> {
  const rows: HistoryRow[] = [];
  for (let offset = 0; ; offset += 1000) {
    const page = await call(base, 'GET', `/api/v1/ticket/${ticket}/history/?limit=1000&offset=${offset}`);
    rows.push(...(page.body.objects as HistoryRow[]));
    if (!page.body.meta.next) break;
  }
  const shown = await call(base, 'GET', `/api/v1/ticket/${ticket}/`);
  const faults = rows
    .filter((row, index) => row.version !== index + 1)
    .map((row) => `version ${row.version} is out of order`);
  if (shown.body.version !== rows.length)
    faults.push(`version ${shown.body.version}, but ${rows.length} rows of history`);
  const known = new Set<number>();
  for (const { version, status } of acknowledged) {
    const kept = rows[version - 1]?.data.after.status;
    if (kept !== status) faults.push(`acknowledged version ${version} with status ${status} is ${kept ?? 'lost'}`);
    if (known.has(version)) faults.push(`version ${version} was acknowledged twice`);
    known.add(version);
  }
  return faults;
}

/** A ticket to write to. */
export async function newTicket(base: string): Promise<number> {
  const { status, body } = await call(base, 'POST', '/api/v1/ticket/', { title: 'under fire' });
  if (status !== 201) throw new Error(`The ticket was refused: ${status} ${JSON.stringify(body)}`);
  return body.id as number;
}
