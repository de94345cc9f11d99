// The tables of stamped import maps (import-maps.md, section 1).
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import { ProjectRow } from '../../projects/project.row.js';
import { TicketRow } from '../../tickets/ticket.row.js';
import type { Delta } from '../domain/delta.js';
import type { DeltaStep } from '../domain/delta-steps.js';
import type { Target } from '../domain/import-map.js';
import type { MapKey } from '../domain/map-key.js';

/** A ticket's delta as it was at one moment: 1, 2, 3 … within the ticket; the last one counts. Never changed. */
@Entity('map_revision')
@Unique('map_revision_ticket_id_number_key', ['ticket', 'number'])
export class MapRevisionRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'map_revision_pkey',
  })
  id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'map_revision_ticket_id_fkey' })
  ticket: Relation<TicketRow>;

  @Column('integer')
  number: number;

  /** The delta; where `whole` says so only what this revision changed, a DeltaStep. */
  @Column('jsonb')
  operations: Delta | DeltaStep;

  /** The revision of this ticket from which on the changes make this one; null where `operations` is the delta. */
  @Column('integer', { nullable: true })
  whole: number | null;

  /** How many operations the revisions after the whole one hold, this one included. */
  @Column('integer', { default: 0 })
  carried: number;

  @Column('text')
  actor: string;

  @Column('text', { nullable: true })
  git_remote: string | null;

  @Column('text', { nullable: true })
  git_branch: string | null;

  @Column('text', { nullable: true })
  git_commit: string | null;

  /** Some of its files were in no commit as they came. */
  @Column('boolean', { default: false })
  dirty: boolean;

  /** The commit that has all of it, as the last promotion that knew one said; empty where none did. */
  @Column('text', { default: '' })
  found_in: string;

  /** The commits that its modules were changed by, the newest first, as the last promotion that knew them said. */
  @Column('text', { array: true, default: () => "'{}'" })
  git_commits: string[];

  /** Those of them that are merges. */
  @Column('text', { array: true, default: () => "'{}'" })
  git_merges: string[];

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  created_at: Date;
}

/** A version of a watched file that a rebase gave up for production's: it doesn't come back by itself. */
@Entity('given_up_source')
export class GivenUpSourceRow {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'given_up_source_pkey' })
  ticket_id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'given_up_source_ticket_id_fkey' })
  ticket: Relation<TicketRow>;

  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'given_up_source_pkey' })
  key: MapKey;

  /** git's id of it; `gone` where the file was deleted. */
  @Column('text')
  source: string;
}

/** The keys that open, unreleased tickets change, one row each: who else is at a key. */
@Entity('ticket_key')
@Index('ticket_key_project_id_key_idx', ['project_id', 'key'])
export class TicketKeyRow {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'ticket_key_pkey' })
  ticket_id: number;

  @ManyToOne(() => TicketRow, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'ticket_key_ticket_id_fkey' })
  ticket: Relation<TicketRow>;

  @PrimaryColumn('text', { collation: 'C', primaryKeyConstraintName: 'ticket_key_pkey' })
  key: MapKey;

  @Column('bigint')
  project_id: number;
}

/** A delta that was promoted, or a direct write. It is part of the releases from `added_in` until before `removed_in`. */
@Entity('layer')
@Index('layer_project_id_added_in_idx', ['project', 'added_in'])
@Index('layer_removed_in_idx', ['project', 'removed_in'], { where: 'removed_in IS NOT NULL' })
@Index('layer_ticket_id_idx', ['ticket'], { where: 'ticket_id IS NOT NULL' })
@Index('layer_keys_idx', { synchronize: false })
@Index('layer_imports_idx', { synchronize: false })
export class LayerRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'layer_pkey',
  })
  id: number;

  @ManyToOne(() => ProjectRow, { nullable: false })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'layer_project_id_fkey' })
  project: Relation<ProjectRow>;

  /** Its place in the fold: the release that it first came with; one that returns keeps it. */
  @Column('integer')
  sequence: number;

  @Column('integer')
  added_in: number;

  @Column('integer', { nullable: true })
  removed_in: number | null;

  /** Null for a direct write, for a layer that a rollback brought back. */
  @ManyToOne(() => TicketRow, { nullable: true, onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'layer_ticket_id_fkey' })
  ticket: Relation<TicketRow> | null;

  /** Of the ticket. */
  @Column('integer', { nullable: true })
  revision: number | null;

  @Column('jsonb')
  operations: Delta;

  @Column('text', { array: true })
  keys: MapKey[];

  /** What its modules import. */
  @Column('text', { array: true })
  imports: string[];

  @Column('text', { nullable: true })
  git_commit: string | null;

  /** It has what was in no commit when it came, and nobody found it in one since. */
  @Column('boolean', { default: false })
  dirty: boolean;

  /** The commits that its modules were changed by, the newest first, where whoever promoted it said so. */
  @Column('text', { array: true, default: () => "'{}'" })
  git_commits: string[];

  /** Those of them that are merges. */
  @Column('text', { array: true, default: () => "'{}'" })
  git_merges: string[];
}

/** One production map, numbered within its project; 0 is the empty one. Never changed, never deleted. */
@Entity('release')
@Unique('release_project_id_number_key', ['project', 'number'])
@Index('release_live_since_idx', ['project', 'live_since', 'number'])
@Index('release_ticket_id_idx', ['ticket'], { where: 'ticket_id IS NOT NULL' })
@Index('release_snapshot_idx', ['project', 'number'], { where: 'snapshot IS NOT NULL' })
export class ReleaseRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'release_pkey',
  })
  id: number;

  @ManyToOne(() => ProjectRow, { nullable: false })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'release_project_id_fkey' })
  project: Relation<ProjectRow>;

  @Column('integer')
  number: number;

  /** The release that production was at before. */
  @Column('integer', { nullable: true })
  parent: number | null;

  /** `base`, `promote`, `revert`, `rollback`, `write`. */
  @Column('text')
  kind: string;

  @ManyToOne(() => TicketRow, { nullable: true, onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'ticket_id', foreignKeyConstraintName: 'release_ticket_id_fkey' })
  ticket: Relation<TicketRow> | null;

  /** The layer that it brought; null where it only took some away. */
  @ManyToOne(() => LayerRow, { nullable: true })
  @JoinColumn({ name: 'layer_id', foreignKeyConstraintName: 'release_layer_id_fkey' })
  layer: Relation<LayerRow> | null;

  @Column('text')
  line: string;

  @Column('text')
  actor: string;

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  created_at: Date;

  /** When it was made, or the one before, whichever is later: never goes back where the database's clock did. */
  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  live_since: Date;

  /** The whole map, for every hundredth: `[[key, target], …]`. */
  @Column('jsonb', { nullable: true })
  snapshot: [MapKey, Target][] | null;
}

/** What production is at, one row a project; whoever flips it locks it first. */
@Entity('map_pointer')
export class MapPointerRow {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'map_pointer_pkey' })
  project_id: number;

  @ManyToOne(() => ProjectRow, { nullable: false })
  @JoinColumn({ name: 'project_id', foreignKeyConstraintName: 'map_pointer_project_id_fkey' })
  project: Relation<ProjectRow>;

  /** The number of a release of this project. */
  @Column('integer')
  release: number;
}
