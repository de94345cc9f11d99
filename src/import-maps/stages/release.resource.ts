// release: the production maps of a project, numbered within it; listed in the dialect.
import { Json, Reference, Text, Time, Whole } from '../../rest/fields/field-decorators.js';
import { defineResource } from '../../rest/resource.js';
import { ReleaseRow } from '../store/map.rows.js';

class ReleaseFields {
  @Whole({ help: 'Its number within the project; 0 is the empty map.', example: 1, readonly: true })
  number: number;

  @Reference('project', { help: 'The project.', example: '/api/v1/project/1/', readonly: true })
  project: number;

  @Whole({ help: 'The release that production was at before.', example: 0, readonly: true, nullable: true })
  parent: number | null;

  @Text({ help: 'base, promote, revert, rollback or write.', example: 'promote', max: 20, readonly: true })
  kind: string;

  @Reference('ticket', {
    help: 'Whose promotion or revert it was; null otherwise.',
    example: '/api/v1/ticket/1/',
    nullable: true,
    readonly: true,
  })
  ticket: number | null;

  @Text({
    help: "The ticket's key; null where no ticket made it.",
    example: 'TKT-1',
    max: 60,
    nullable: true,
    readonly: true,
    filterable: false,
    orderable: false,
  })
  key: string | null;

  @Text({ help: 'What it did, in one line.', example: 'TKT-1 promoted: revision 1', max: 500, readonly: true })
  line: string;

  @Text({
    help: "The ticket's title; null where no ticket made it.",
    example: 'Free shipping from 30 €',
    max: 4096,
    nullable: true,
    readonly: true,
    filterable: false,
    orderable: false,
  })
  title: string | null;

  @Json({
    help: 'The commits that it brought, newest first, where they are known; empty for a release that only removed modules.',
    example: ['4f2a91c0'],
    shape: { type: 'array', items: { type: 'string', description: 'A commit.' } },
  })
  commits: readonly string[];

  @Text({ help: 'Who did it; `local` without a token.', example: 'local', max: 200, readonly: true })
  actor: string;

  @Time({ help: 'When it was created.', example: '2026-01-01T12:00:00.000000Z' })
  created_at: Date;
}

/** Hidden from the index of resources: one is found by project and number, not by id (stage-reads.controller.ts). */
export const release = defineResource({
  name: 'release',
  scope: 'read',
  noun: 'release',
  entity: ReleaseRow,
  body: ReleaseFields,
  verbs: ['GET'],
  hidden: true,
  label: 't.line',
  // Functions of its row, since what it brought is in its ticket and its layer.
  shownAs: { key: 'release_key', title: 'release_title', commits: 'release_commits' },
  belongsTo: { project: 't.project_id' },
  docs: { tag: 'Stages', about: 'A production map of a project. Never changed, never deleted.' },
});
