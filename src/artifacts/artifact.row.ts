// A file, log, image or result that a ticket or a subticket refers to; both kinds share one table and one id space.
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { SubticketRow } from '../subtickets/subticket.row.js';
import { TicketRow } from '../tickets/ticket.row.js';

@Entity('artifact')
@Check('artifact_owner_check', 'num_nonnulls(ticket_id, subticket_id) = 1')
export class ArtifactRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'artifact_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'artifact_ticket_id_fkey' })
  @Index('artifact_ticket_id_idx', { where: 'ticket_id IS NOT NULL' })
  ticket: Relation<TicketRow> | null;

  @ManyToOne(() => SubticketRow, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'subticket_id', foreignKeyConstraintName: 'artifact_subticket_id_fkey' })
  @Index('artifact_subticket_id_idx', { where: 'subticket_id IS NOT NULL' })
  subticket: Relation<SubticketRow> | null;

  @Column('text')
  name: string;

  @Column('text')
  reference: string;

  @Column('text')
  type: string;
}
