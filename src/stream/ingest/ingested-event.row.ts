// Which outside events came already, by what their senders call them: whoever sends one again gets the answer of the first.
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity('ingested_event')
@Index('ingested_event_event_id_idx', ['event'])
export class IngestedEventRow {
  /** Within which names are unique: `project 7`; of events without a project what their sender reaches, `all` or `projects 3,7`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'ingested_event_pkey', default: 'all' })
  scope: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'ingested_event_pkey' })
  source: string;

  /** Unique within its source. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'ingested_event_pkey' })
  id: string;

  /** Its row in `event`. Both go when it is archived. */
  @Column('bigint', { name: 'event_id', nullable: true })
  event: number | null;
}
