// A person or a team that owns, works on or reviews something.
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('person')
export class PersonRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'person_pkey',
  })
  id: number;

  @Column('text')
  name: string;

  @Column('text')
  email: string;

  @Column('boolean', { default: false })
  is_team: boolean;
}
