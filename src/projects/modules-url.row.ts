// What the URLs of modules began with, now or once: the project's `modules_url`, or the server's.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { ProjectRow } from './project.row.js';

@Entity('modules_url')
@Index('modules_url_project_id_url_idx', ['project_id', 'url'], { unique: true })
export class ModulesUrlRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'modules_url_pkey',
  })
  id: number;

  /** Null: the server's own, STAMPLINE_MODULES_URL. */
  @Column('bigint', { nullable: true })
  project_id: number | null;

  @ManyToOne(() => ProjectRow, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'modules_url_project_id_fkey' })
  project: Relation<ProjectRow> | null;

  /** As modulesBase makes it: what stands before `/modules/…`. */
  @Column('text')
  url: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  since: Date;
}
