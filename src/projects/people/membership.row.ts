// The role that a person or a team has in a project.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { ProjectRow } from '../project.row.js';
import { PersonRow } from './person.row.js';

@Entity('membership')
@Unique('membership_project_id_person_id_key', ['project', 'person'])
export class MembershipRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'membership_pkey',
  })
  id: number;

  @ManyToOne(() => ProjectRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'membership_project_id_fkey' })
  project: Relation<ProjectRow>;

  @ManyToOne(() => PersonRow, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'membership_person_id_fkey' })
  @Index('membership_person_id_idx')
  person: Relation<PersonRow>;

  /** One of ROLES in roles.ts. */
  @Column('text')
  role: string;
}
