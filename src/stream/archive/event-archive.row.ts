// The archives: which file of which day holds which numbers of the log, and how to tell that it is whole.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('event_archive')
export class EventArchiveRow {
  /** In UTC, `2026-10-01`. */
  @PrimaryColumn('date', { primaryKeyConstraintName: 'event_archive_pkey' })
  day: string;

  /** From 0; a day has several where there was much of it. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'event_archive_pkey' })
  part: number;

  /** Its name in `<data folder>/archive/`. */
  @Column('text')
  file: string;

  /** Of the file as it is, compressed. */
  @Column('text')
  sha256: string;

  @Column('bigint')
  bytes: number;

  @Column('integer')
  events: number;

  @Column('bigint')
  first_seq: number;

  @Column('bigint')
  last_seq: number;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  archived_at: Date;
}
