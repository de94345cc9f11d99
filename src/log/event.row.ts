// The one append-only log: history, audit and, once a relay has numbered the rows, the live stream (stream.md, "The log").
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { LoggedRow } from './logged-row.js';

@Entity('event')
@Index('event_ticket_id_idx', ['ticket', 'id'], { where: 'ticket_id IS NOT NULL' })
@Index('event_deleted_subject_idx', ['subject'], { where: "type LIKE '%.deleted'" })
@Index('event_seq_idx', ['seq'], { unique: true, where: 'seq IS NOT NULL' })
@Index('event_time_idx', ['time'], { where: 'seq IS NOT NULL' })
@Index('event_outside_idx', ['time'], { where: "ticket_id IS NULL AND subject LIKE 'from/%'" })
@Index('event_unnumbered_idx', ['id'], { where: 'seq IS NULL' })
@Check('event_line_check', 'char_length(line) <= 140')
export class EventRow extends LoggedRow {
  /** The outbox's order: taken after the row lock, so it follows each ticket's version order. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'event_pkey' })
  id: number;

  /** Dense and public, in commit order; null until the relay has numbered it. */
  @Column('bigint', { nullable: true })
  seq: number | null;
}
