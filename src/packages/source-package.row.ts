// A source package of the archive, made when a change first touches it.
import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity('sourcepackage')
@Unique('sourcepackage_name_key', ['name'])
export class SourcePackageRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'sourcepackage_pkey',
  })
  id: number;

  @Column('text')
  name: string;
}
