// A project: whose tickets, keys and settings belong together. The first migration makes the project `default`.
import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity('project')
@Unique('project_name_key', ['name'])
export class ProjectRow {
  @PrimaryGeneratedColumn('identity', { generatedIdentity: 'BY DEFAULT', primaryKeyConstraintName: 'project_pkey' })
  id: number;

  /** A slug: lower-case letters, digits and hyphens. */
  @Column('text')
  name: string;

  @Column('text', { default: '' })
  display_name: string;

  @Column('text', { default: '' })
  description: string;

  /** One JSON document; `workflow_mode` is `free` (the default) or `strict`. */
  @Column('jsonb', { default: {} })
  settings: { workflow_mode?: 'free' | 'strict' };
}
