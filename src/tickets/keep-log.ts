// The log that a status update names becomes a LOGS artifact of the ticket or subticket, in the same transaction.
import type { Tx } from '../platform/database/db.js';
import { resourceNamed, type WriteContext } from '../rest/resource.js';
import type { ResourceWriter } from '../rest/writing/resource-writer.js';

/** Makes the artifact, once for each URL. Called with the owner (or its ticket) locked. */
export async function keepLog(
  writer: ResourceWriter,
  tx: Tx,
  owner: { readonly ticket: number } | { readonly subticket: number },
  { log, code }: { readonly log: string; readonly code?: string },
  context: WriteContext,
): Promise<void> {
  const [kind, id] = 'ticket' in owner ? ['ticket', owner.ticket] : ['subticket', owner.subticket];
  const [known] = await tx.run({
    text: `SELECT 1 FROM artifact WHERE ${kind}_id = $1 AND reference = $2 AND type = 'LOGS'`,
    values: [id, log],
  });
  if (known) return;
  const body = { name: code ?? 'log', ...owner, reference: log, type: 'LOGS' };
  await writer.create(resourceNamed(`${kind}artifact`), body, { context, ifMatch: undefined }, tx);
}
