// Which watched files a ticket shows, by the names that they have there: production's, and what the ticket changes of them.
import { Refusal } from '../../client/server.js';
import type { Session } from '../session/session.js';

/** `src/cart.js` for the key `@default/src/cart.js`. A ticket that there isn't shows production. Rejects with Refusal; Unreachable. */
export async function readNames(session: Session, ticket: string): Promise<ReadonlySet<string>> {
  const { server, settings } = session;
  const [map, changes] = await Promise.all([
    server.of(server.api.GET('/p/{project}/import-map.json', { params: { path: { project: settings.project } } })),
    readChanges(session, ticket),
  ]);
  const { imports = {} } = map as { readonly imports?: Readonly<Record<string, string>> };
  const specifiers = new Set(Object.keys(imports));
  for (const { specifier, scope, change } of changes)
    if (scope !== null) continue;
    else if (change === 'removed') specifiers.delete(specifier);
    else specifiers.add(specifier);
  const before = `@${settings.project}/`;
  return new Set([...specifiers].filter((one) => one.startsWith(before)).map((one) => one.slice(before.length)));
}

/** None of a ticket that there isn't, or that has no modules yet. */
async function readChanges({ server, settings }: Session, ticket: string) {
  // Two projects may have a ticket of one key.
  const query = { project: settings.project } as object;
  const params = { params: { path: { id: ticket }, query } };
  try {
    return (await server.of(server.api.GET('/api/v1/ticket/{id}/diff/', params))).changes;
  } catch (error) {
    if (error instanceof Refusal && [404, 409].includes(error.status)) return [];
    throw error;
  }
}
