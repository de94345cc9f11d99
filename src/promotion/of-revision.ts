// What rows about one revision before one stage have in common: approvals, overrides.
import { Column } from 'typeorm';

export abstract class OfRevision {
  /** The stage to be entered. */
  @Column('text')
  stage: string;

  @Column('integer')
  revision: number;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  created_at: Date;

  /** Null while it is in force. */
  @Column('timestamptz', { nullable: true })
  withdrawn_at: Date | null;
}
