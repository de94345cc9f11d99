// What is kept of uploaded files: their hashes; the bytes are in the blob store (import-maps.md, section 2).
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

@Entity('blob')
@Index('blob_created_at_idx', ['created_at'])
export class BlobRow {
  /** SHA-256 of the bytes, 64 hexadecimal digits. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'blob_pkey' })
  hash: string;

  /** `sha384-…`, as browsers check it. */
  @Column('text')
  integrity: string;

  @Column('bigint')
  size: number;

  /** Of a script, `{"static": […], "dynamic": […]}` as JSON: what it imports (store/blob-imports.ts). Empty where nobody looked. */
  @Column('text', { default: '' })
  imports: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  created_at: Date;
}

/**
 * Who needs a blob: `revision/12` (besides what the ticket's revisions before it need), `layer/5`, `spu_file/7`. One that
 * nobody needs is deleted after a day.
 */
@Entity('blob_use')
@Index('blob_use_hash_idx', ['hash'])
export class BlobUseRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'blob_use_pkey' })
  owner: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'blob_use_pkey' })
  hash: string;

  @ManyToOne(() => BlobRow, { nullable: false })
  @JoinColumn({ name: 'hash', foreignKeyConstraintName: 'blob_use_hash_fkey' })
  blob: Relation<BlobRow>;
}
