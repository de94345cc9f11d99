// A token that was given out: whose it is, what it may, until when. The token itself is nowhere.
import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity('access_token')
@Unique('access_token_hash_key', ['hash'])
export class AccessTokenRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'access_token_pkey',
  })
  id: number;

  /** Who acts with it: the actor in the history. */
  @Column('text')
  owner: string;

  /** What it is for. */
  @Column('text', { default: '' })
  purpose: string;

  /** SHA-256, hex. */
  @Column('text')
  hash: string;

  @Column('text', { array: true })
  scopes: string[];

  /** The projects that it is for; null: all of them. Ids, since a name may come to mean another one. */
  @Column('bigint', { name: 'project_ids', array: true, nullable: true })
  projects: number[] | null;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  created_at: Date;

  @Column('timestamptz')
  expires_at: Date;

  @Column('timestamptz', { nullable: true })
  revoked_at: Date | null;

  /** The token that it was rotated to; a token is rotated once. */
  @Column('bigint', { nullable: true })
  replaced_by: number | null;

  /** Seconds that the database's clock stepped since `expires_at` was set; negative: back, and it was moved by as much. */
  @Column('double precision', { default: 0 })
  clock_shift: number;
}
