// What people said of a revision before a stage, as it is kept: for good, also where it was withdrawn.
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { OfRevision } from '../of-revision.js';
import { TicketRow } from '../../tickets/ticket.row.js';

@Entity('approval')
@Index('approval_ticket_id_idx', ['ticket', 'stage'])
@Check('approval_kind_check', "kind IN ('approve', 'reject')")
export class ApprovalRow extends OfRevision {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'approval_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'approval_ticket_id_fkey' })
  ticket: Relation<TicketRow>;

  @Column('text')
  kind: 'approve' | 'reject';

  /** The rule that it is for; null: every one that fits. */
  @Column('text', { nullable: true })
  name: string | null;

  /** Who spoke, once for all of their tokens: `person/7`, or `name/alice`. */
  @Column('text')
  who: string;

  /** For people. */
  @Column('text')
  by: string;

  /** False where nobody checked who it was: a server without tokens. */
  @Column('boolean')
  checked: boolean;

  /** The stage that the ticket was at. */
  @Column('text', { nullable: true })
  at_stage: string | null;

  @Column('text', { default: '' })
  comment: string;
}
