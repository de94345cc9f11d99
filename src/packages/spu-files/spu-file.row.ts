// A file of a source package upload; its bytes are in the blob store.
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { SourcePackageUploadRow } from '../source-package-upload.row.js';

@Entity('spu_file')
@Unique('spu_file_spu_id_name_key', ['spu', 'name'])
export class SpuFileRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'spu_file_pkey',
  })
  id: number;

  @ManyToOne(() => SourcePackageUploadRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'spu_id', foreignKeyConstraintName: 'spu_file_spu_id_fkey' })
  spu: Relation<SourcePackageUploadRow>;

  @Column('text')
  name: string;

  @Column('bigint')
  size: number;

  /** Also the blob that it is. */
  @Column('text')
  sha256: string;

  /** As other artifacts have it. */
  @Column('text', { default: 'SPU' })
  type: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  created_at: Date;
}
