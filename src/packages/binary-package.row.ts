// A binary package as the archive has it, built from a source package; `seeded` marks the monitored set.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { SourcePackageRow } from './source-package.row.js';

@Entity('binarypackage')
@Index('binarypackage_seeded_idx', ['name'], { where: 'seeded' })
@Unique('binarypackage_name_key', ['name'])
export class BinaryPackageRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'binarypackage_pkey',
  })
  id: number;

  @Column('text')
  name: string;

  @ManyToOne(() => SourcePackageRow, { nullable: false })
  @JoinColumn({ name: 'sourcepackage_id', foreignKeyConstraintName: 'binarypackage_sourcepackage_id_fkey' })
  @Index('binarypackage_sourcepackage_id_idx')
  sourcepackage: Relation<SourcePackageRow>;

  @Column('text', { default: '' })
  version: string;

  @Column('boolean', { default: false })
  seeded: boolean;
}
