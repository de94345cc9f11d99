// A ticket: a change on its way through the workflow (rest-api.md, sections 1, 5 and 6).
import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import { ProjectRow } from '../projects/project.row.js';
import { WorkRow } from './work-row.js';

@Entity('ticket')
@Unique('ticket_normal_key_key', ['normal_key', 'project'])
@Index('ticket_step_idx', ['current_workflow_step', 'id'])
@Index('ticket_owner_idx', ['owner', 'id'])
@Index('ticket_project_idx', ['project', 'id'])
@Index('ticket_open_idx', ['id'], { where: 'current_workflow_step < 999 AND closed_at IS NULL' })
@Index('ticket_stage_idx', ['stage', 'id'], { where: 'stage IS NOT NULL' })
@Check('ticket_status_check', 'status BETWEEN 0 AND 1000')
export class TicketRow extends WorkRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'ticket_pkey',
  })
  id: number;

  @ManyToOne(() => ProjectRow, { nullable: false })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'ticket_project_id_fkey' })
  project: Relation<ProjectRow>;

  /** As people wrote it: `TKT-001`. */
  @Column('text')
  key: string;

  /** What keys are compared by: upper case, no leading zeros (`TKT-1`). */
  @Column('text')
  normal_key: string;

  @Column('text', { default: '' })
  owner: string;

  @Column('text')
  title: string;

  @Column('text', { default: '' })
  description: string;

  @Column('text', { nullable: true })
  @Index('ticket_bug_id_idx', { synchronize: false })
  bug_id: string | null;

  /** Null until the ticket carries modules. */
  @Column('text', { nullable: true })
  stage: string | null;

  @Column('text', { default: '' })
  base_image: string;

  /** The test suites that it must run; ids in order. Deleting one that is listed is refused. */
  @Column('bigint', { array: true, default: [] })
  @Index('ticket_testsuites_idx', { synchronize: false })
  testsuites: number[];

  @Column('timestamptz', { nullable: true })
  closed_at: Date | null;

  /** What a link to its preview has where tokens are asked for: 96 bits, six of them fixed, as base64url. In no view. */
  @Column('text', {
    default: () => "translate(\"left\"(encode(uuid_send(gen_random_uuid()), 'base64'), 16), '+/', '-_')",
  })
  preview_key: string;
}
