// Where a ticket or subticket is in the workflow, how it failed, and since when.
import { Column } from 'typeorm';
import type { Failure } from '../workflow/failure.js';

export abstract class WorkRow {
  @Column('smallint', { default: 100 })
  current_workflow_step: number;

  @Column('smallint', { default: 0 })
  status: number;

  /** Gapless, one up with each change of the row; the ETag. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('smallint', { nullable: true })
  failed_at_step: number | null;

  /** The status it had when it failed, so that roll-up can give it back. */
  @Column('smallint', { nullable: true })
  failed_at_status: number | null;

  @Column('jsonb', { nullable: true })
  failure: Failure | null;

  @Column('timestamptz', { default: () => 'now()' })
  created_at: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updated_at: Date;

  @Column('timestamptz', { default: () => 'now()' })
  step_entered_at: Date;
}
