// A source package upload (`spu`): one version of a source package that somebody handed in; a subticket tracks it.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { SourcePackageRow } from './source-package.row.js';

@Entity('spu')
export class SourcePackageUploadRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'spu_pkey',
  })
  id: number;

  @ManyToOne(() => SourcePackageRow, { nullable: false })
  @JoinColumn({ name: 'sourcepackage_id', foreignKeyConstraintName: 'spu_sourcepackage_id_fkey' })
  @Index('spu_sourcepackage_id_idx')
  sourcepackage: Relation<SourcePackageRow>;

  @Column('text')
  version: string;
}
