// Commands that wait for their confirmation: 60 s by the database's clock, the same person, once (stream.md, "Commands"), and
// no longer than the token counts that they were given with.
import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { COUNTS } from '../access/access-tokens.js';
import { type ClockFollower, DatabaseClock } from '../platform/database/database-clock.js';
import type { Tx } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import { utcSql } from '../platform/database/time-sql.js';
import { conflict, DomainError } from '../platform/errors.js';
import type { Principal } from '../platform/principal.js';
import type { Spoken } from './outcome.js';
import { quoted } from '../platform/redact.js';

const SECONDS = 60;
const TOKEN_COUNTS = `(c.token_id IS NULL OR EXISTS (
  SELECT 1 FROM access_token WHERE id = c.token_id AND ${COUNTS}))`;

/** One that has longer than that left was asked before the database's clock stepped back: nobody knows how long it waits. */
const IN_TIME = `expires_at > clock_timestamp() AND expires_at <= clock_timestamp() + interval '${SECONDS} seconds'`;

export interface Confirmation {
  readonly id: string;
  /** What to say. */
  readonly text: string;
  /** ISO 8601. */
  readonly expires_at: string;
}

@Injectable()
export class Confirmations implements ClockFollower {
  constructor(clock: DatabaseClock) {
    clock.follow(this);
  }

  /** What waits has as long left as before, and none comes to count again when the clock gets there a second time. */
  async stepped(tx: Tx, seconds: number): Promise<void> {
    if (seconds > 0) return;
    await tx.run({
      text: 'UPDATE pending_command SET expires_at = expires_at + make_interval(secs => $1::float8) WHERE expires_at > clock_timestamp()',
      values: [seconds],
    });
  }

  async ask(
    tx: Tx,
    { name: actor, token }: Principal,
    { text, ticket, project, release }: Spoken,
  ): Promise<Confirmation> {
    const id = randomBytes(5).toString('hex');
    const [asked] = await tx.run<{ expires_at: string }>({
      name: 'pending_command_ask',
      text: `WITH gone AS (DELETE FROM pending_command WHERE ctid = ANY(ARRAY(
          SELECT t.ctid FROM pending_command t WHERE t.expires_at < clock_timestamp() - interval '1 hour' LIMIT 1000 FOR UPDATE SKIP LOCKED)))
        INSERT INTO pending_command (id, actor, text, ticket, project, release, token_id, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + interval '${SECONDS} seconds')
        RETURNING ${utcSql('expires_at')} AS expires_at`,
      values: [id, actor, text, ticket ?? null, project ?? null, release ?? null, token ?? null],
    });
    return { id, text: `confirm ${id}`, expires_at: asked?.expires_at ?? '' };
  }

  /**
   * What was asked; nobody else gets it then. Of two at once, one waits here for the other's transaction. Rejects with
   * not_found `confirmation.unknown`; forbidden `confirmation.not_yours`; conflict `confirmation.expired`, `confirmation.token_gone`.
   */
  async take(tx: Tx, id: string, actor: string): Promise<Spoken> {
    const [taken] = await tx.run<{
      text: string;
      ticket: string | null;
      project: string | null;
      release: number | null;
    }>({
      name: 'pending_command_take',
      text: `DELETE FROM pending_command c WHERE id = $1 AND actor = $2 AND ${IN_TIME} AND ${TOKEN_COUNTS}
        RETURNING text, ticket, project, release`,
      values: [id, actor],
    });
    if (!taken) throw await this.refusal(tx, id, actor);
    const { text, ticket, project, release } = taken;
    return { text, ticket: ticket ?? undefined, project: project ?? undefined, release: release ?? undefined };
  }

  /** What it would be about, without taking it; undefined where there is nothing for this person. */
  async asked(sql: Sql, id: string, actor: string): Promise<Spoken | undefined> {
    const [found] = await sql.run<{ text: string; ticket: string | null; project: string | null }>({
      name: 'pending_command_asked',
      text: 'SELECT text, ticket, project FROM pending_command WHERE id = $1 AND actor = $2',
      values: [id, actor],
    });
    return found && { text: found.text, ticket: found.ticket ?? undefined, project: found.project ?? undefined };
  }

  /** After what was confirmed was refused: what it was confirmed for is no longer so. */
  async forget(tx: Tx, id: string, actor: string): Promise<void> {
    await tx.run({ text: 'DELETE FROM pending_command WHERE id = $1 AND actor = $2', values: [id, actor] });
  }

  private async refusal(tx: Tx, id: string, actor: string): Promise<DomainError> {
    const [pending] = await tx.run<{ actor: string; counts: boolean }>({
      text: `SELECT actor, ${TOKEN_COUNTS} AS counts FROM pending_command c WHERE id = $1`,
      values: [id],
    });
    if (!pending) {
      const text = `Nothing waits for 'confirm ${quoted(id, 50)}': it was confirmed already, or no command asked for it.`;
      return new DomainError('not_found', 'confirmation.unknown', text);
    }
    if (pending.actor === actor && !pending.counts)
      return conflict(
        'confirmation.token_gone',
        'The token that gave the command has expired or was revoked. Give the command again.',
      );
    if (pending.actor === actor)
      return conflict('confirmation.expired', `The ${SECONDS} seconds have passed. Give the command again.`);
    return new DomainError(
      'forbidden',
      'confirmation.not_yours',
      `Only ${pending.actor}, who gave the command, can confirm it.`,
    );
  }
}
