// Who goes past a policy, as it is kept: for good, also where it was withdrawn or is over.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { OfRevision } from '../of-revision.js';
import { TicketRow } from '../../tickets/ticket.row.js';

@Entity('policy_override')
@Index('policy_override_ticket_id_idx', ['ticket', 'stage'])
export class PolicyOverrideRow extends OfRevision {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'policy_override_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'policy_override_ticket_id_fkey' })
  ticket: Relation<TicketRow>;

  @Column('text')
  policy: string;

  /** The rule that it goes past; null: all of the policy's. */
  @Column('text', { nullable: true })
  name: string | null;

  @Column('text')
  reason: string;

  @Column('text')
  actor: string;

  @Column('timestamptz')
  until: Date;

  /** Seconds that the database's clock stepped since; negative: back, and `until` was moved by as much. */
  @Column('double precision', { default: 0 })
  clock_shift: number;
}
