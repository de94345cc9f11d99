// Which number the log is at: one row, which each numbering updates in its transaction, so that no two can number at once.
import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('stream_head')
@Check('stream_head_id_check', 'id = 1')
export class StreamHeadRow {
  @PrimaryColumn('smallint', { default: 1, primaryKeyConstraintName: 'stream_head_pkey' })
  id: number;

  /** The number that was given last; 0 before the first. */
  @Column('bigint', { default: 0 })
  seq: number;

  /** The lowest number that the stream still replays. Whoever archives moves it, in the transaction that takes rows away. */
  @Column('bigint', { default: 1 })
  oldest: number;
}
