// Whose a token is, from memory: what a process knows is forgotten when a token changes anywhere, by notification or a poll
// each second, so that a revoked one is refused everywhere within five. Without the link nothing is remembered, and what was
// asked for longer ago than that is no answer: neither from memory nor from a database that was slow to give it.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Listener } from '../platform/database/listener.js';
import type { Sql } from '../platform/database/statement.js';
import { DomainError } from '../platform/errors.js';
import type { Principal } from '../platform/principal.js';
import { AccessTokens, type Grant, TOKEN_CHANNEL } from './access-tokens.js';
import { hashOf, isToken } from './token-text.js';

/** How old an answer may be: a revoked token counts for no longer, anywhere (promises.md, "Who may do what"). */
const GOOD_MS = 5000;
/** One that runs out meanwhile is refused so much later at most. */
const KEEP_MS = 4000;
const MOST = 10_000;

/** What the database said of a token. */
export interface KnownToken {
  readonly hash: string;
  /** Undefined where it is unknown, has run out or is revoked. */
  readonly principal: Principal | undefined;
  /** When it was asked, by `now()`: it was so then, and may not be any more when the answer comes. */
  readonly askedAt: number;
}

/** Milliseconds, by a clock that goes on while this process is stopped. */
export const now = (): number => performance.now();

@Injectable()
export class TokensCache {
  readonly channel = TOKEN_CHANNEL;
  private readonly known = new LRUCache<string, KnownToken>({ max: MOST });
  /** How often what is known was forgotten: an answer that was on its way meanwhile isn't kept. */
  private forgotten = 0;
  private mark: string | undefined;

  constructor(
    private readonly tokens: AccessTokens,
    private readonly link: Listener,
  ) {
    link.add(this);
  }

  heard(): void {
    this.forget();
  }

  async compare(sql: Sql): Promise<void> {
    const [row] = await sql.run<{ mark: string }>({
      text: "SELECT count(*) || ' ' || count(revoked_at) || ' ' || COALESCE(max(id), 0) AS mark FROM access_token",
    });
    if (row?.mark !== this.mark) this.forget();
    this.mark = row?.mark;
  }

  /** Undefined for a text that is no token. Rejects with unavailable, also where the answer took too long to be one. */
  async find(token: string): Promise<KnownToken | undefined> {
    if (!isToken(token)) return undefined;
    const hash = hashOf(token);
    const known = this.link.isUp ? this.known.get(hash) : undefined;
    if (known && now() - known.askedAt < KEEP_MS) return known;
    const { forgotten } = this;
    const askedAt = now();
    const grant = await this.tokens.find(hash);
    if (now() - askedAt >= GOOD_MS) throw unchecked();
    const found = { hash, principal: grant && principalOf(grant), askedAt };
    if (forgotten === this.forgotten) this.known.set(hash, found);
    return found;
  }

  private forget(): void {
    this.forgotten += 1;
    this.known.clear();
  }
}

const unchecked = (): DomainError =>
  new DomainError(
    'unavailable',
    'token.unchecked',
    'The database took too long to check whether this token is still valid. Nothing was changed; try again.',
    { retryAfter: 2 },
  );

function principalOf({ id: token, owner: name, scopes: given, projects }: Grant): Principal {
  const scopes = new Set(given);
  const reach = projects ? { reach: new Map(projects.map((one) => [one.id, one.name])) } : {};
  return { name, scopes, token, ...reach };
}
