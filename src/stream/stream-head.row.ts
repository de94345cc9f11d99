// Which number the log is at: one row, which each numbering updates in its transaction, so that no two can number at once.
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

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

  /** The latest time of all that is numbered. The database's clock may have stepped back since. */
  @Column('timestamptz', { default: () => "'-infinity'" })
  latest: Date;
}

/** After each thousand numbers or so: what is asked for from a time on is looked for between two of these. */
@Entity('stream_mark')
@Index('stream_mark_latest_idx', ['latest', 'seq'])
export class StreamMarkRow {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'stream_mark_pkey' })
  seq: number;

  /** The latest time of all events up to this number. */
  @Column('timestamptz')
  latest: Date;
}
