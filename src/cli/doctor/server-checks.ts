// What can be asked of the server: that it is one and ready, its clock, the project, and the command that it hands out.
import { shell } from '../../platform/shell-quote.js';
import { Refusal, type Server, Unreachable } from '../../client/server.js';
import type { Session } from '../session/session.js';
import { type Check, error, ok, warning } from './check.js';
import { ownFile } from './own-file.js';

/** Milliseconds that it may take to answer. */
const PATIENCE_MS = 5000;
/** Seconds between the clocks from which on somebody would notice. The header has whole seconds. */
const APART_S = 5;

/** Where the server doesn't answer, only that is said. */
export async function checkServer(session: Session): Promise<Check[]> {
  const signal = AbortSignal.any([session.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const server = session.serverWith({ patienceMs: 0, signal });
  const asked = Date.now();
  let reply: Response;
  try {
    reply = await server.send(new Request(`${server.url}/readyz`));
  } catch (cause) {
    session.signal.throwIfAborted();
    const why = cause instanceof Unreachable ? cause.message : `${server.url} does not answer within 5 s.`;
    return [error('server', why, 'Start it (npm start), or set its URL: --url, STAMP_URL or .stamprc.json.')];
  }
  const answered = Date.now();
  const state = await checkReady(reply, answered - asked);
  const clock = checkClock(reply.headers.get('date'), (asked + answered) / 2);
  if (state.grade === 'error') return [state, ...clock];
  const who = await checkWho(server);
  const project = who.grade === 'ok' ? [await checkProject(server, session)] : [];
  return [state, ...clock, who, ...project, ...(await checkCommand(server))];
}

async function checkReady(reply: Response, ms: number): Promise<Check> {
  const body = (await reply.json().catch(() => undefined)) as { status?: string; error_message?: string } | undefined;
  if (reply.ok && body?.status === 'ok') return ok('server', `is ready; answered in ${ms} ms`);
  if (reply.status === 503)
    return error('server', 'is not ready', `${body?.error_message ?? 'It gave no reason.'} See its log.`);
  return error('server', `the answer is not from Stampline (${reply.status})`, 'Set its URL: --url or STAMP_URL.');
}

/** `now` is when the server wrote its time, as far as one knows. */
function checkClock(date: string | null, now: number): Check[] {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return [];
  // Its fraction of a second was cut off.
  const apart = Math.abs(theirs + 500 - now) / 1000;
  if (apart < APART_S) return [ok('clock', "agrees with the server's")];
  const side = theirs > now ? 'behind' : 'ahead of';
  const says = `is ${Math.round(apart)} s ${side} the server's`;
  return [warning('clock', says, 'Times such as "2 minutes ago" will be wrong: let NTP set both clocks.')];
}

/** Whether the server asks for a token, and knows the one that is sent. */
async function checkWho(server: Server): Promise<Check> {
  try {
    const { name, scopes, projects } = await server.of(server.api.GET('/api/v1/whoami/'));
    const where = projects ? `, in ${projects.join(', ')}` : '';
    return ok('you', `${name}: ${scopes === 'all' ? 'no token is required' : scopes.join(', ')}${where}`);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    return error(
      'you',
      cause.message,
      `${shell`stamp login ${server.url}`}, or set STAMP_TOKEN to a token of this server.`,
    );
  }
}

async function checkProject(server: Server, { settings }: Session): Promise<Check> {
  const { project } = settings;
  try {
    const query = { project };
    const { objects } = await server.of(server.api.GET('/api/v1/stage/', { params: { query } }));
    return ok(
      'stages',
      `${project}: ${objects.map(({ name, lock }) => (lock ? `${name} (locked)` : name)).join(' → ')}`,
    );
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    if (cause.status === 404)
      return error(
        'stages',
        `there is no project '${project}'`,
        `${shell`stamp project new ${project}`}, or set another one: STAMP_PROJECT.`,
      );
    if (cause.status === 403) return error('stages', cause.message, 'Get a token with the scope read.');
    return error('stages', cause.message, 'Check the log of the server.');
  }
}

/** A server brings the command that goes with it. */
async function checkCommand(server: Server): Promise<Check[]> {
  const own = ownFile();
  if (!own) return [];
  const reply = await server.send(new Request(`${server.url}/cli/stamp.mjs`, { method: 'HEAD' }));
  if (!reply.ok)
    return [warning('stamp', `${own.version}; the server offers none`, 'Update the server: npm run build.')];
  if (reply.headers.get('etag') === own.etag) return [ok('stamp', `${own.version}, the same as the server offers`)];
  return [warning('stamp', `${own.version} differs from the one that the server offers`, own.update(server.url))];
}
