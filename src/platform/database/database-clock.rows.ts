// What is known of the database's clock (database-clock.ts).
import { Check, Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** One row. */
@Entity('database_clock')
@Check('database_clock_id_check', 'id = 1')
export class DatabaseClockRow {
  @PrimaryColumn('bigint', { default: 1, primaryKeyConstraintName: 'database_clock_pkey' })
  id: number;

  /** What it said last, at most some seconds ago while a server runs. */
  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  mark: Date;
}

/** By how much the clock went on, or back, while as much time did not. Kept as long as it makes ages wrong. */
@Entity('clock_step')
export class ClockStepRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'clock_step_pkey',
  })
  id: number;

  /** By the clock, after the step. */
  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  at: Date;

  /** Negative: it went back. */
  @Column('double precision')
  seconds: number;

  /** False: no server ran then, so that it may have been time. */
  @Column('boolean', { default: false })
  is_seen: boolean;
}
