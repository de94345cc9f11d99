// Who asks, before a body is read: a token in Authorization, or on a server that asks for none, the machine's own user.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessRules } from '../config.js';
import { DomainError } from '../platform/errors.js';
import { sendError } from '../platform/http/error-reply.js';
import type { Need } from '../platform/http/required-scope.js';
import { isSafe } from '../platform/http/safe-methods.js';
import { holdsScope, scopeMissing } from '../platform/principal.js';
import { isOurs, type OfferedToken, offeredToken } from './authorization.js';
import type { TokensCache } from './tokens-cache.js';
import type { EndRevokedStreams } from './end-revoked-streams.js';
import type { ProjectGate } from './project-gate.js';
import type { RateLimits } from './rate-limits.js';
import type { CodeOf } from '../platform/refusals/refusals.js';

/** What stands beside our operations: the documentation's own files. */
const PAGES = /^\/(docs|openapi\.(json|yaml))(\/|-json|-yaml|$)/;

/** What is answered without a token. */
const ANYBODYS: ReadonlySet<Need> = new Set(['anonymous', 'offered']);

/** For which any token will do. */
const NO_SCOPE: ReadonlySet<Need> = new Set(['token', 'offered']);

/** As a token has them. */
const SAID: Readonly<Partial<Record<Need, string>>> = { 'map:*': 'map:<stage>', 'ticket:write|map:*': 'ticket:write' };

/** Who knows tokens, and which projects a request is about. */
export interface Doors {
  readonly tokens: TokensCache;
  readonly projects: ProjectGate;
  readonly open: EndRevokedStreams;
  /** Undefined where everybody of this machine is welcome. */
  readonly limits: RateLimits | undefined;
}

/** `doors` are asked for with the first token: the hook is there before the application is. */
export function authenticateRequests(server: FastifyInstance, rules: AccessRules, doors: () => Doors): void {
  let known: Doors | undefined;
  server.decorateRequest('principal', undefined);
  server.decorateRequest('token', undefined);
  server.addHook('onRoute', ({ url, config }) => {
    const { need, about } = config ?? {};
    if ((need === undefined && !PAGES.test(url)) || (need !== undefined && !ANYBODYS.has(need) && about === undefined))
      throw new Error(`${url} does not declare who may call it, or which projects it concerns: add @Needs().`);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const given = offeredToken(request.headers.authorization, rules);
    const need = needOf(request);
    if (!given || need === 'anonymous' || (need === 'offered' && !isOurs(given))) {
      const refusal = rules.required ? refuseNobody(need, rules) : undefined;
      return refusal ? sendError(request, reply, refusal) : done();
    }
    admit(request, reply, need, given, (known ??= doors())).then(
      () => done(),
      (error: unknown) => done(error as Error),
    );
  });
}

/** A route that declares nothing is no operation of ours but a page beside them, which is read. */
function needOf(request: FastifyRequest): Need {
  return request.routeOptions.config.need ?? (request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'admin');
}

function refuseNobody(need: Need, { publicRead }: AccessRules): DomainError | undefined {
  if (ANYBODYS.has(need) || (need === 'read' && publicRead)) return undefined;
  return unauthenticated('token.missing', 'This server requires a token: send Authorization: Bearer stl_….');
}

/** Rejects with unauthenticated, forbidden, too_many, unavailable. */
async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  need: Need,
  given: OfferedToken,
  doors: Doors,
): Promise<void> {
  const known = await doors.tokens.find(given.token);
  const principal = known?.principal;
  if (!known || !principal || (given.user !== undefined && given.user !== principal.name)) {
    await doors.limits?.failed(request.ip);
    if (need === 'offered') return;
    throw unauthenticated('token.invalid', 'This token is unknown, revoked or expired. Get a new one.');
  }
  doors.open.watch(reply.raw, known);
  // Before it may be refused: a refusal is told to whom it concerns.
  request.principal = principal;
  if (!NO_SCOPE.has(need) && !holdsScope(principal, need)) throw scopeMissing(SAID[need] ?? need);
  if (!isSafe(request.method)) await doors.limits?.wrote(principal.name);
  if (principal.reach) await doors.projects.admit(request, principal.reach);
  request.token = given.token;
}

const unauthenticated = (code: CodeOf<'unauthenticated'>, message: string): DomainError =>
  new DomainError('unauthenticated', code, message);
