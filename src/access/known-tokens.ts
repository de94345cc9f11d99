// Whose a token is, from memory: what a process knows is forgotten when a token changes anywhere, by notification or a poll
// each second, so that a revoked one is refused everywhere within five. Without the link nothing is remembered.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Listener } from '../platform/database/listener.js';
import type { Sql } from '../platform/database/statement.js';
import type { Principal } from '../platform/principal.js';
import { AccessTokens, type Grant, TOKEN_CHANNEL } from './access-tokens.js';
import { hashOf, isToken } from './token-text.js';

/** One that runs out meanwhile is refused so much later at most. */
const KEEP_MS = 4000;
const MOST = 10_000;

@Injectable()
export class KnownTokens {
  readonly channel = TOKEN_CHANNEL;
  private readonly known = new LRUCache<string, { readonly principal: Principal | undefined }>({
    max: MOST,
    ttl: KEEP_MS,
  });
  private mark: string | undefined;

  constructor(
    private readonly tokens: AccessTokens,
    private readonly link: Listener,
  ) {
    link.add(this);
  }

  heard(): void {
    this.known.clear();
  }

  async compare(sql: Sql): Promise<void> {
    const [row] = await sql.run<{ mark: string }>({
      text: "SELECT count(*) || ' ' || count(revoked_at) || ' ' || COALESCE(max(id), 0) AS mark FROM access_token",
    });
    if (row?.mark !== this.mark) this.known.clear();
    this.mark = row?.mark;
  }

  /** Undefined for a text that is no token, and for one that is unknown, run out or revoked. Rejects with unavailable. */
  async principal(token: string): Promise<Principal | undefined> {
    if (!isToken(token)) return undefined;
    const hash = hashOf(token);
    const known = this.link.isUp ? this.known.get(hash) : undefined;
    if (known) return known.principal;
    const grant = await this.tokens.find(hash);
    const principal = grant && principalOf(grant);
    this.known.set(hash, { principal });
    return principal;
  }
}

function principalOf({ owner: name, scopes: given, projects }: Grant): Principal {
  const scopes = new Set(given);
  return projects ? { name, scopes, reach: new Map(projects.map((one) => [one.id, one.name])) } : { name, scopes };
}
