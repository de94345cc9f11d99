// The one append-only log: history, audit and, once a relay has numbered the rows, the live stream (stream.md, "The log").
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

@Entity('event')
@Index('event_ticket_id_idx', ['ticket', 'id'], { where: 'ticket_id IS NOT NULL' })
@Index('event_deleted_subject_idx', ['subject'], { where: "type LIKE '%.deleted'" })
@Index('event_seq_idx', ['seq'], { unique: true, where: 'seq IS NOT NULL' })
@Index('event_time_idx', ['time'], { where: 'seq IS NOT NULL' })
@Index('event_outside_idx', ['time'], { where: "ticket_id IS NULL AND subject LIKE 'from/%'" })
@Index('event_unnumbered_idx', ['id'], { where: 'seq IS NULL' })
@Check('event_line_check', 'char_length(line) <= 140')
export class EventRow {
  /** The outbox's order: taken after the row lock, so it follows each ticket's version order. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'event_pkey' })
  id: string;

  /** Dense and public, in commit order; null until the relay has numbered it. */
  @Column('bigint', { nullable: true })
  seq: string | null;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  time: Date;

  /** CloudEvents style: `ticket.step_changed`. */
  @Column('text')
  type: string;

  /** What it is about, as `<resource>/<id>`. */
  @Column('text')
  subject: string;

  @Column('text', { default: 'info' })
  severity: string;

  /** `local` without a token. */
  @Column('text')
  actor: string;

  // No foreign keys: the history of something deleted stays.
  @Column('integer', { name: 'project_id', nullable: true })
  project: number | null;

  @Column('integer', { name: 'ticket_id', nullable: true })
  ticket: number | null;

  @Column('integer', { name: 'subticket_id', nullable: true })
  subticket: number | null;

  @Column('text', { nullable: true })
  stage: string | null;

  /** The version that the change gave the ticket or subticket; null for what has none. */
  @Column('integer', { nullable: true })
  version: number | null;

  /** At most 140 characters, one line, for people. */
  @Column('text')
  line: string;

  @Column('text', { nullable: true })
  link: string | null;

  /** `{before, after}`: the fields that changed. */
  @Column('jsonb', { default: {} })
  data: object;
}
