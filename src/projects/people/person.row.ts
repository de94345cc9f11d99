// A person or a team that owns, works on or reviews something.
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

@Entity('person')
@Index('person_email_idx', ['email'])
@Index('person_lower_email_idx', { synchronize: false })
export class PersonRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'person_pkey',
  })
  id: number;

  @Column('text')
  @Index('person_name_idx', { synchronize: false })
  name: string;

  @Column('text')
  email: string;

  @Column('boolean', { default: false })
  is_team: boolean;
}
