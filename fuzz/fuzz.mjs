// The property: whatever is sent, every answer is one that a client can live with. Used by `npm run fuzz` and by a test.
import fc from 'fast-check';
import http from 'node:http';
import { calledBy } from './callers.mjs';
import { requestsOf } from './requests.mjs';
import { asCurl, faultIn, send } from './send.mjs';

/** The document of a running server, and the filters of each of its resources. */
async function readContract(base, headers) {
  const json = async (path) => (await fetch(base + path, { headers })).json();
  const document = await json('/openapi.json');
  const filters = {};
  for (const [name, { schema }] of Object.entries(await json('/api/v1/'))) {
    const { filtering = {} } = await json(schema);
    filters[name] = Object.entries(filtering).flatMap(([field, lookups]) => [
      field,
      ...lookups.map((lookup) => `${field}__${lookup}`),
    ]);
  }
  return { document, filters };
}

function statusesOf(document) {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  return new Map(operations.map(({ operationId, responses }) => [operationId, Object.keys(responses).map(Number)]));
}

/**
 * Sends `count` requests, `inParallel` at a time, and resolves to the counts by status and the operations that never did what
 * they are for. `around` is told before and after
 * each request where it is given, and may say what is wrong. Rejects with the request as a curl command: what it did depends
 * on those before it, so the seed tells more than a shrunk request would.
 * Where `callers` are given, each request comes from one of them; the first may read.
 * @param {{base: string, seed: number, count: number, inParallel?: number, around?: any, onProgress?: (sent: number) => void, callers?: import('./callers.mjs').Caller[]}} options
 */
export async function fuzz({ base, seed, count, inParallel = 1, around, onProgress = () => {}, callers }) {
  const { document, filters } = await readContract(base, callers?.[0].headers ?? {});
  const statuses = statusesOf(document);
  const agent = new http.Agent({ keepAlive: true, maxSockets: inParallel });
  const counts = new Map();
  const accepted = new Set();
  let sent = 0;
  const one = async (request) => {
    const before = await around?.before(request);
    const reply = await send(base, agent, request).catch((error) => ({ status: 0, headers: {}, text: error.message }));
    if (!reply) return;
    counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1);
    if (reply.status < 300) accepted.add(request.operation);
    if (++sent % 1000 === 0) onProgress(sent);
    const fault =
      reply.status === 0 ? `was cut: ${reply.text}` : faultIn(request, reply, statuses.get(request.operation) ?? []);
    const wrong = fault ?? (await around?.after(request, reply, before));
    if (wrong) throw new Error(`${wrong}\n${asCurl(base, request)}`);
  };
  const requests = callers ? calledBy(callers, requestsOf(document, filters)) : requestsOf(document, filters);
  const batch = fc.array(requests, { minLength: inParallel, maxLength: inParallel, size: 'max' });
  try {
    await fc.assert(
      fc.asyncProperty(batch, async (requests) => {
        const outcomes = await Promise.allSettled(requests.map(one));
        const failed = outcomes.find((outcome) => outcome.status === 'rejected');
        if (failed) throw failed.reason;
      }),
      { numRuns: Math.ceil(count / inParallel), seed, endOnFailure: true },
    );
  } catch (error) {
    throw error.cause ?? error; // The request alone; what else was in its batch says nothing.
  } finally {
    agent.destroy();
  }
  return { sent, counts, never: [...statuses.keys()].filter((operation) => !accepted.has(operation)) };
}
