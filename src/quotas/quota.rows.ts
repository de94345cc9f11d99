// What projects and owners of tokens use of their quotas, as far as the database counts it.
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';

/** A file counts once for each project that uses it, and for each owner of tokens who brought it. */
@Entity('quota_file')
@Index('quota_file_hash_idx', ['hash'])
export class QuotaFileRow {
  /** `project/3`, `owner/ci` */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'quota_file_pkey' })
  scope: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'quota_file_pkey' })
  hash: string;

  @ManyToOne('BlobRow', { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'hash', foreignKeyConstraintName: 'quota_file_hash_fkey' })
  blob: Relation<object>;

  /** Bytes. */
  @Column('bigint')
  size: number;
}

@Entity('quota_use')
export class QuotaUseRow {
  /** As above; `ticket/5` for its keys, which have a row from 70 % on. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'quota_use_pkey' })
  scope: string;

  /** `files`, `keys`, `events` */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'quota_use_pkey' })
  what: string;

  /** Bytes of files: the sum of its `quota_file` rows. Keys. Events of the minute that ends at `ends_at`. */
  @Column('bigint', { default: 0 })
  used: number;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  ends_at: Date;

  /** What the stream was told of it, and not again until it fell: ``, `nearly`, `reached`. */
  @Column('text', { default: '' })
  told: string;
}
