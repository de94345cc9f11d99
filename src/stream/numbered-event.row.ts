// The log as everybody sees it: the rows that have a number, under that number. A view, so that the dialect's ids, orders
// and pages are those of the stream.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('numbered_event', { synchronize: false })
export class NumberedEventRow {
  /** Its number: the same as `seq`, and the id of the stream's messages. */
  @PrimaryColumn('bigint')
  id: string;

  @Column('bigint')
  seq: string;

  @Column('timestamptz')
  time: Date;

  @Column('text')
  type: string;

  @Column('text')
  subject: string;

  @Column('text')
  severity: string;

  @Column('text')
  actor: string;

  @Column('integer', { name: 'project_id', nullable: true })
  project: number | null;

  @Column('integer', { name: 'ticket_id', nullable: true })
  ticket: number | null;

  @Column('integer', { name: 'subticket_id', nullable: true })
  subticket: number | null;

  @Column('text', { nullable: true })
  stage: string | null;

  @Column('integer', { nullable: true })
  version: number | null;

  @Column('text')
  line: string;

  @Column('text', { nullable: true })
  link: string | null;

  @Column('jsonb')
  data: object;
}
