// The revisions of a ticket's modules, as a list in the dialect.
import { Flag, Json, Text, Time, Whole } from '../../rest/fields/field-decorators.js';
import { defineResource } from '../../rest/resource.js';
import { MapRevisionRow } from '../store/map.rows.js';

const GIT = { max: 4096, readonly: true, nullable: true } as const;

class MapRevisionFields {
  @Whole({ help: '1, 2, 3 … within the ticket; the last one is current.', example: 1, readonly: true })
  number: number;

  @Json({
    help: 'What it changes: scope, specifier, set (null deletes), and the value in production at that time (base).',
    example: [],
  })
  operations: object;

  @Text({ help: 'Who made it.', example: 'local', max: 200, readonly: true })
  actor: string;

  @Text({ ...GIT, help: 'The repository that it came from.', example: 'https://git.example.com/shop' })
  git_remote: string | null;

  @Text({ ...GIT, help: 'The branch that it came from.', example: 'cart-2' })
  git_branch: string | null;

  @Text({ ...GIT, help: 'The commit that it came from.', example: '1f7391f92b6a3792204e07e99f71f643cc35e7e1' })
  git_commit: string | null;

  @Flag({ help: 'True where some of its files were uploaded from uncommitted work.', example: false, readonly: true })
  dirty: boolean;

  @Time({ help: 'When it was created.', example: '2026-01-01T12:00:00.000000Z' })
  created_at: Date;
}

export const mapRevision = defineResource({
  name: 'maprevision',
  scope: 'read',
  noun: 'revision',
  entity: MapRevisionRow,
  body: MapRevisionFields,
  // What large ones keep is only what they changed.
  shownAs: { operations: 'whole_operations' },
  verbs: ['GET'],
  hidden: true,
  label: 't.number::text',
  belongsTo: { project: '(SELECT k.project_id FROM ticket k WHERE k.id = t.ticket_id)' },
  docs: { tag: 'Stages', about: "A ticket's modules as they were at one moment." },
});
