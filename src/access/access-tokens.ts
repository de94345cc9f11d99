// Tokens as they are kept: made, listed, rotated, revoked, each with its event. The clock is the database's.
import { Injectable } from '@nestjs/common';
import { NO_EARLIER } from '../platform/database/clock-steps.js';
import { Db, type Tx } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import { utcSql } from '../platform/database/time-sql.js';
import { conflict, DomainError, invalid, notFound } from '../platform/errors.js';
import { shell } from '../platform/shell-quote.js';
import { holdsScope, type Principal } from '../platform/principal.js';
import { appendEvent } from '../log/append-event.js';
import { tokenCreatedLine, tokenRevokedLine, tokenRotatedLine } from '../log/lines/token-lines.js';
import { hashOf, newToken } from './token-text.js';
import type { OwnType } from '../log/lines/event-types.js';
import { quoted } from '../platform/redact.js';

/** As a list shows it. Times are ISO 8601. */
export interface TokenView {
  readonly id: number;
  readonly owner: string;
  readonly purpose: string;
  readonly scopes: readonly string[];
  /** By name; null: all of them. */
  readonly projects: readonly string[] | null;
  readonly created_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
}

/** With the token itself, which nobody sees again. */
export type NewTokenView = TokenView & { readonly token: string };

export interface WantedToken {
  readonly owner: string;
  readonly purpose: string;
  readonly scopes: readonly string[];
  /** By name; null or left out: all of them. */
  readonly projects?: readonly string[] | null;
  readonly days: number;
}

/** What a token that counts is good for. */
export interface Grant {
  readonly id: number;
  readonly owner: string;
  readonly scopes: readonly string[];
  /** Null: all of them. */
  readonly projects: readonly { readonly id: number; readonly name: string }[] | null;
}

/** What a new token takes over from the one that it replaces. */
interface Kept {
  readonly hours: number;
  readonly project_ids: readonly number[] | null;
}

/** A token that is to be replaced, as its row is once nobody else replaces it. */
type Replaceable = TokenView & Kept & { readonly replaced_by: number | null };

/** What every process listens to, to forget what it remembers of tokens. */
export const TOKEN_CHANNEL = 'stampline_tokens';
/** How long a rotated token still counts: whoever uses it has that long to take the new one. */
const OVERLAP_HOURS = 24;

const PROJECTS =
  'CASE WHEN project_ids IS NOT NULL THEN ARRAY(SELECT p.name FROM project p WHERE p.id = ANY(project_ids) ORDER BY 1) END AS projects';
const VIEW = `id, owner, purpose, scopes, ${PROJECTS}, ${utcSql('created_at')} AS created_at, ${utcSql('expires_at')} AS expires_at, ${utcSql('revoked_at')} AS revoked_at`;
/** SQL: whether a token counts. */
export const COUNTS = `revoked_at IS NULL AND expires_at > ${NO_EARLIER}`;

@Injectable()
export class AccessTokens {
  constructor(private readonly db: Db) {}

  /**
   * Nobody gives what they haven't got. Rejects with forbidden `token.not_yours_to_give`; invalid `token.projects` where there
   * is no such project.
   */
  async create(tx: Tx, { days, projects, ...wanted }: WantedToken, giver: Principal): Promise<NewTokenView> {
    requireToGive(giver, wanted.scopes);
    const made = await this.insert(tx, {
      ...wanted,
      hours: days * 24,
      project_ids: projects ? await idsOf(tx, projects) : null,
    });
    await told(tx, 'token.created', made, tokenCreatedLine(made), giver.name);
    return made;
  }

  /**
   * A new token for the same, and a day for the old one; once, or one token would become any number. Rejects with not_found
   * where it counts no more; conflict `token.rotated`, which names the one that replaced it; forbidden
   * `token.not_yours_to_give`.
   */
  async rotate(tx: Tx, id: number, giver: Principal): Promise<NewTokenView> {
    const [old] = await tx.run<Replaceable>({
      name: 'token_replaceable',
      text: `SELECT id, owner, purpose, scopes, project_ids, replaced_by, round((extract(epoch FROM expires_at - created_at) - LEAST(0, clock_shift)) / 3600)::int AS hours
        FROM access_token WHERE id = $1 AND ${COUNTS} FOR UPDATE`,
      values: [id],
    });
    if (!old) throw none(id);
    if (old.replaced_by !== null) throw rotated(id, old.replaced_by);
    requireToGive(giver, old.scopes);
    const made = await this.insert(tx, old);
    await tx.run({
      name: 'token_replaced',
      text: `UPDATE access_token SET replaced_by = $2, clock_shift = 0, expires_at = LEAST(expires_at, clock_timestamp() + interval '${OVERLAP_HOURS} hours')
        WHERE id = $1`,
      values: [id, made.id],
    });
    await told(tx, 'token.rotated', made, tokenRotatedLine(old, made.id), giver.name);
    return made;
  }

  /** From now on, everywhere. Rejects with not_found where it counts no more. */
  async revoke(tx: Tx, id: number, actor: string): Promise<TokenView> {
    const [gone] = await tx.run<TokenView>({
      name: 'token_revoke',
      text: `UPDATE access_token SET revoked_at = clock_timestamp() WHERE id = $1 AND ${COUNTS} RETURNING ${VIEW}`,
      values: [id],
    });
    if (!gone) throw none(id);
    await told(tx, 'token.revoked', gone, tokenRevokedLine(gone), actor);
    return gone;
  }

  /** Those that count, newest first; at most 1000. */
  list(): Promise<TokenView[]> {
    return this.db.run<TokenView>({
      name: 'token_list',
      text: `SELECT ${VIEW} FROM access_token WHERE ${COUNTS} ORDER BY id DESC LIMIT 1000`,
    });
  }

  /** Undefined where no token that counts has this hash. */
  async find(hash: string): Promise<Grant | undefined> {
    const [grant] = await this.db.run<Grant>({
      name: 'token_find',
      text: `SELECT id, owner, scopes, CASE WHEN project_ids IS NOT NULL THEN ARRAY(
          SELECT jsonb_build_object('id', p.id, 'name', p.name) FROM project p WHERE p.id = ANY(project_ids)) END AS projects
        FROM access_token WHERE hash = $1 AND ${COUNTS}`,
      values: [hash],
    });
    return grant;
  }

  /** Those of the hashes whose tokens count now. */
  async counting(sql: Sql, hashes: readonly string[]): Promise<Set<string>> {
    const rows = await sql.run<{ hash: string }>({
      name: 'token_counting',
      text: `SELECT hash FROM access_token WHERE hash = ANY($1::text[]) AND ${COUNTS}`,
      values: [hashes],
    });
    return new Set(rows.map(({ hash }) => hash));
  }

  /** Whether somebody could still make tokens. */
  async hasAdmin(tx: Tx): Promise<boolean> {
    const rows = await tx.run({
      text: `SELECT 1 FROM access_token WHERE 'admin' = ANY(scopes) AND project_ids IS NULL AND ${COUNTS} LIMIT 1`,
    });
    return rows.length > 0;
  }

  private async insert(
    tx: Tx,
    { owner, purpose, scopes, hours, project_ids }: Omit<WantedToken, 'days' | 'projects'> & Kept,
  ): Promise<NewTokenView> {
    const token = newToken();
    const [made] = await tx.run<TokenView>({
      name: 'token_create',
      text: `INSERT INTO access_token (owner, purpose, scopes, project_ids, hash, expires_at)
        VALUES ($1, $2, $3::text[], $4::bigint[], $5, clock_timestamp() + $6::int * interval '1 hour') RETURNING ${VIEW}`,
      values: [owner, purpose, scopes, project_ids, hashOf(token), hours],
    });
    if (!made) throw new Error('The token was not written.');
    return { ...made, token };
  }
}

async function idsOf(tx: Tx, names: readonly string[]): Promise<number[]> {
  const rows = await tx.run<{ id: number; name: string }>({
    text: 'SELECT id, name FROM project WHERE name = ANY($1::text[]) ORDER BY id FOR KEY SHARE',
    values: [names],
  });
  const missing = names.find((name) => !rows.some((row) => row.name === name));
  if (missing === undefined) return rows.map(({ id }) => id);
  throw invalid('token.projects', `There is no project '${quoted(missing, 100)}'.`);
}

/** Rejects with forbidden `token.not_yours_to_give`, which names the scope. */
function requireToGive(giver: Principal, scopes: readonly string[]): void {
  const scope = scopes.find((one) => !holdsScope(giver, one));
  if (scope === undefined) return;
  throw new DomainError(
    'forbidden',
    'token.not_yours_to_give',
    `Your token lacks the scope ${scope}, so it can't give it to another token. The operator can, on the server's machine: ${shell`stampline token create --owner NAME --scope ${scope}`}`,
    { data: { scope } },
  );
}

const rotated = (id: number, by: number): Error =>
  conflict(
    'token.rotated',
    `Token ${id} was already replaced by token ${by}, and is valid until its last day is over. Rotate token ${by} if you don't have it.`,
  );

const none = (id: number): Error =>
  notFound(`There is no token ${id} that is valid. GET /api/v1/token/ lists the valid ones.`);

async function told(
  tx: Tx,
  type: OwnType,
  { id, owner, scopes, projects }: TokenView,
  line: string,
  actor: string,
): Promise<void> {
  const data = { token: id, owner, scopes, projects };
  const none = { project: null, ticket: null, subticket: null, version: null };
  await appendEvent(tx, { type, subject: `token/${id}`, actor, ...none, line, link: '/api/v1/token/', data });
  await tellTokens(tx, String(id));
}

/** Every process forgets what it remembers of tokens, and asks for those of open requests. */
export async function tellTokens(tx: Tx, which: string): Promise<void> {
  await tx.run({ name: 'token_news', text: 'SELECT pg_notify($1, $2)', values: [TOKEN_CHANNEL, which] });
}
