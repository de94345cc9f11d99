// The log as everybody sees it: the rows that have a number, under that number. A view, so that the dialect's ids, orders
// and pages are those of the stream.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { LoggedRow } from '../log/logged-row.js';

@Entity('numbered_event', { synchronize: false })
export class NumberedEventRow extends LoggedRow {
  /** Its number: the same as `seq`, and the id of the stream's messages. */
  @PrimaryColumn('bigint')
  id: number;

  @Column('bigint')
  seq: number;
}
