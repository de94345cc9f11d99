// Projects and their branches. They refer to each other (a project's trunk is a branch), so they stand in one file.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { PersonRow } from './people/person.row.js';
import type { ProjectSettings } from './project-settings.js';
import { SourcePackageRow } from '../packages/source-package.row.js';

/** Whose tickets, keys and settings belong together. The first migration makes the project `default`. */
@Entity('project')
@Unique('project_name_key', ['name'])
export class ProjectRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'project_pkey',
  })
  id: number;

  /** A slug: lower-case letters, digits and hyphens. */
  @Column('text')
  name: string;

  @Column('text', { default: '' })
  display_name: string;

  @ManyToOne(() => PersonRow, { nullable: true })
  @JoinColumn({ name: 'maintainer_id', foreignKeyConstraintName: 'project_maintainer_id_fkey' })
  @Index('project_maintainer_id_idx')
  maintainer: Relation<PersonRow> | null;

  @ManyToOne(() => PersonRow, { nullable: true })
  @JoinColumn({ name: 'contact_id', foreignKeyConstraintName: 'project_contact_id_fkey' })
  @Index('project_contact_id_idx')
  contact: Relation<PersonRow> | null;

  @Column('text', { default: '' })
  description: string;

  @ManyToOne(() => BranchRow, { nullable: true })
  @JoinColumn({ name: 'trunk_id', foreignKeyConstraintName: 'project_trunk_id_fkey' })
  @Index('project_trunk_id_idx')
  trunk: Relation<BranchRow> | null;

  @Column('text', { default: '' })
  repository_url: string;

  @Column('jsonb', { default: {} })
  settings: ProjectSettings;

  @Column('integer', { default: 1 })
  version: number;
}

/** A line of development; it yields one source package at a time. */
@Entity('branch')
@Unique('branch_unique_name_key', ['unique_name'])
export class BranchRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'branch_pkey',
  })
  id: number;

  @Column('text')
  unique_name: string;

  @ManyToOne(() => PersonRow, { nullable: false })
  @JoinColumn({ name: 'owner_id', foreignKeyConstraintName: 'branch_owner_id_fkey' })
  @Index('branch_owner_id_idx')
  owner: Relation<PersonRow>;

  @Column('text')
  type: string;

  @ManyToOne(() => ProjectRow, { nullable: true })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'branch_project_id_fkey' })
  @Index('branch_project_id_idx')
  project: Relation<ProjectRow> | null;

  @ManyToOne(() => SourcePackageRow, { nullable: true })
  @JoinColumn({ name: 'sourcepackage_id', foreignKeyConstraintName: 'branch_sourcepackage_id_fkey' })
  @Index('branch_sourcepackage_id_idx')
  sourcepackage: Relation<SourcePackageRow> | null;
}
