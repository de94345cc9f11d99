// What was answered to a request that named an Idempotency-Key, kept with its effect in one transaction (promise 4).
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('idempotency_key')
@Index('idempotency_key_created_at_idx', ['created_at'])
export class IdempotencyKeyRow {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_key_pkey' })
  principal: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_key_pkey' })
  key: string;

  /** SHA-256 over method, path, query and body. */
  @Column('text')
  fingerprint: string;

  @Column('timestamptz', { default: () => 'now()' })
  created_at: Date;

  @Column('smallint', { nullable: true })
  status: number | null;

  @Column('text', { nullable: true })
  location: string | null;

  @Column('text', { nullable: true })
  etag: string | null;

  /** Where it is small. */
  @Column('text', { nullable: true })
  body: string | null;

  /** A body that is too large to be kept as it is, as gzip. */
  @Column('bytea', { nullable: true })
  packed: Buffer | null;

  /** Bytes of a body that is not kept. */
  @Column('bigint', { nullable: true })
  length: number | null;

  /** SHA-256 of a body that is not kept, in base64. */
  @Column('text', { nullable: true })
  digest: string | null;
}
