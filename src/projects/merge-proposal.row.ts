// A proposal to merge a branch; a subticket can track it instead of an upload.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { PersonRow } from './people/person.row.js';
import { BranchRow } from './project.row.js';

@Entity('mergeproposal')
export class MergeProposalRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'mergeproposal_pkey',
  })
  id: number;

  @ManyToOne(() => BranchRow, { nullable: false })
  @JoinColumn({ name: 'branch_id', foreignKeyConstraintName: 'mergeproposal_branch_id_fkey' })
  @Index('mergeproposal_branch_id_idx')
  branch: Relation<BranchRow>;

  @ManyToOne(() => PersonRow, { nullable: false })
  @JoinColumn({ name: 'submitter_id', foreignKeyConstraintName: 'mergeproposal_submitter_id_fkey' })
  @Index('mergeproposal_submitter_id_idx')
  submitter: Relation<PersonRow>;

  @Column('text')
  status: string;

  @Column('text', { default: '' })
  lp_weblink: string;
}
