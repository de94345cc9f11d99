// What is held: tickets, and the stages of a project. One row each; one whose end is over no longer counts.
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { ProjectRow } from '../../projects/project.row.js';
import { TicketRow } from '../../tickets/ticket.row.js';

abstract class HeldRow {
  @Column('text')
  reason: string;

  @Column('text')
  actor: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  since: Date;

  /** Null: until somebody lifts it. */
  @Column('timestamptz', { nullable: true })
  until: Date | null;

  /** Seconds that the database's clock stepped since `until` was set; positive: forth, and it was moved by as much. */
  @Column('double precision', { default: 0 })
  clock_shift: number;
}

/** Why a ticket isn't promoted. */
@Entity('ticket_hold')
export class TicketHoldRow extends HeldRow {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'ticket_hold_pkey' })
  ticket_id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'ticket_hold_ticket_id_fkey' })
  ticket: Relation<TicketRow>;
}

/** Why nothing is promoted to a stage. */
@Entity('stage_lock')
export class StageLockRow extends HeldRow {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'stage_lock_pkey' })
  project_id: number;

  @ManyToOne(() => ProjectRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'stage_lock_project_id_fkey' })
  project: Relation<ProjectRow>;

  /** Its name. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'stage_lock_pkey' })
  stage: string;
}
