// Commands that wait until whoever gave them confirms: in a table, since any process may hear the answer.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('pending_command')
export class PendingCommandRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pending_command_pkey' })
  id: string;

  /** Who gave it; nobody else may confirm it. */
  @Column('text')
  actor: string;

  @Column('text')
  text: string;

  /** The ticket and the project that it is about where its text names none. */
  @Column('text', { nullable: true })
  ticket: string | null;

  @Column('text', { nullable: true })
  project: string | null;

  /** The production release that a rollback was shown with. */
  @Column('integer', { nullable: true })
  release: number | null;

  /** The token that it was given with, and with which it ends; null: none. */
  @Column('bigint', { nullable: true })
  token_id: number | null;

  @Column('timestamptz')
  expires_at: Date;
}
