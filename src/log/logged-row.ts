// What a row of the log says, under whichever number.
import { Column } from 'typeorm';

export abstract class LoggedRow {
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
  @Column('bigint', { name: 'project_id', nullable: true })
  project: number | null;

  @Column('bigint', { name: 'ticket_id', nullable: true })
  ticket: number | null;

  @Column('bigint', { name: 'subticket_id', nullable: true })
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

  /** A part of something larger that has its own line: in history and lists, in the stream only where somebody asks for it. */
  @Column('boolean', { default: false })
  detail: boolean;

  /** `{before, after}`: the fields that changed. */
  @Column('jsonb', { default: {} })
  data: object;
}
