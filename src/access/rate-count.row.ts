// How much of an allowance is used in the minute that runs. Shared by all processes; lost with the database's memory, which
// costs nobody anything.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('rate_count')
export class RateCountRow {
  /** What is counted, and of whom: `write one@example.com`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'rate_count_pkey' })
  bucket: string;

  @Column('timestamptz')
  ends_at: Date;

  @Column('integer')
  used: number;
}
