// A suite of tests that tickets may have to pass; of a project, of a source package, or of everything.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { ProjectRow } from './project.row.js';
import { SourcePackageRow } from '../packages/source-package.row.js';

@Entity('testsuite')
export class TestSuiteRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'testsuite_pkey',
  })
  id: number;

  @Column('text')
  name: string;

  @Column('text')
  kind: string;

  @Column('text', { default: '' })
  command: string;

  @ManyToOne(() => ProjectRow, { nullable: true })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'testsuite_project_id_fkey' })
  @Index('testsuite_project_id_idx')
  project: Relation<ProjectRow> | null;

  @ManyToOne(() => SourcePackageRow, { nullable: true })
  @JoinColumn({ name: 'sourcepackage_id', foreignKeyConstraintName: 'testsuite_sourcepackage_id_fkey' })
  @Index('testsuite_sourcepackage_id_idx')
  sourcepackage: Relation<SourcePackageRow> | null;
}
