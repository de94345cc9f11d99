// A subticket: one uploaded source package of a ticket on its way (rest-api.md, sections 1 and 6).
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { MergeProposalRow } from '../projects/merge-proposal.row.js';
import { SourcePackageUploadRow } from '../packages/source-package-upload.row.js';
import { TicketRow } from '../tickets/ticket.row.js';
import { WorkRow } from '../tickets/work-row.js';

@Entity('subticket')
@Index('subticket_ticket_id_idx', ['ticket', 'id'])
@Index('subticket_step_idx', ['current_workflow_step', 'id'])
@Check('subticket_tracks_one_check', 'num_nonnulls(source_package_upload_id, merge_proposal_id) = 1')
@Check('subticket_status_check', 'status BETWEEN 0 AND 1000')
export class SubticketRow extends WorkRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'subticket_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'subticket_ticket_id_fkey' })
  ticket: Relation<TicketRow>;

  @ManyToOne(() => SourcePackageUploadRow, { nullable: true })
  @JoinColumn({ name: 'source_package_upload_id', foreignKeyConstraintName: 'subticket_source_package_upload_id_fkey' })
  @Index('subticket_source_package_upload_id_idx')
  source_package_upload: Relation<SourcePackageUploadRow> | null;

  @ManyToOne(() => MergeProposalRow, { nullable: true })
  @JoinColumn({ name: 'merge_proposal_id', foreignKeyConstraintName: 'subticket_merge_proposal_id_fkey' })
  @Index('subticket_merge_proposal_id_idx', { where: 'merge_proposal_id IS NOT NULL' })
  merge_proposal: Relation<MergeProposalRow> | null;

  @Column('text', { default: '' })
  assignee: string;

  /** The newer subticket for the same source package in the ticket; null while this one is live. */
  @ManyToOne(() => SubticketRow, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'superseded_by_id', foreignKeyConstraintName: 'subticket_superseded_by_id_fkey' })
  @Index('subticket_superseded_by_id_idx', { where: 'superseded_by_id IS NOT NULL' })
  superseded_by: Relation<SubticketRow> | null;
}
