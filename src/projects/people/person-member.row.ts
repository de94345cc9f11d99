// Who is in which team.
import { Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { PersonRow } from './person.row.js';

@Entity('personmember')
@Unique('personmember_team_id_person_id_key', ['team', 'person'])
export class PersonMemberRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'personmember_pkey',
  })
  id: number;

  @ManyToOne(() => PersonRow, { nullable: false })
  @JoinColumn({ name: 'team_id', foreignKeyConstraintName: 'personmember_team_id_fkey' })
  team: Relation<PersonRow>;

  @ManyToOne(() => PersonRow, { nullable: false })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'personmember_person_id_fkey' })
  @Index('personmember_person_id_idx')
  person: Relation<PersonRow>;
}
