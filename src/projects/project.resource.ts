// project: whose tickets, keys and settings belong together.
import { Document, HttpUrl, Reference, Text, Whole } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { ProjectRules } from './project-rules.js';
import { type ProjectSettings, settingsFaults } from './project-settings.js';
import { ProjectRow } from './project.row.js';

const SLUG = {
  regex: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  message: 'A name must be lower-case letters, digits and single hyphens.',
};

class ProjectBody {
  @Text({
    help: 'A slug: lower-case letters, digits and hyphens; unique.',
    example: 'my-project',
    max: 100,
    required: true,
    unique: true,
    pattern: SLUG,
  })
  name: string;

  @Text({ help: 'Its display name.', example: 'My project', max: 4096, initial: '' })
  display_name: string;

  @Reference('person', { help: 'Who maintains it.', example: '/api/v1/person/1/', nullable: true })
  maintainer: number | null;

  @Reference('person', { help: 'The contact for questions.', example: '/api/v1/person/1/', nullable: true })
  contact: number | null;

  @Text({ help: 'What it is about.', example: 'Everything that we build', max: 100_000, initial: '' })
  description: string;

  @Reference('branch', { help: 'The branch that changes are merged into.', example: null, nullable: true })
  trunk: number | null;

  @HttpUrl({ help: 'The URL of its sources.', example: 'https://git.example.com/my-project', initial: '' })
  repository_url: string;

  @Document(settingsFaults, {
    help: 'Its settings: workflow_mode, stages (a list of {name, step, title}), overlap, url_safe_list, relative_addresses, modules_url (what the URLs of modules begin with, such as https://cdn.example; earlier values stay known), preview_origins, page, open_previews, deployer_environments ({"stage": "prod"}: names that mean production to clients of import-map-deployer), entries (a list of specifiers that its pages begin with, which promotions check), retention_days, quotas ({files_mb, keys, events, streams, waits}: megabytes of files, keys of one ticket, events from outside a minute, open readers of the stream and waits; those left out have the value of the server). Changing them needs If-Match.',
    example: { workflow_mode: 'free', quotas: { files_mb: 5000, events: 6000 } },
    initial: {},
  })
  settings: ProjectSettings;

  @Whole({ help: 'One up with each change; the ETag.', example: 1, readonly: true })
  version: number;
}

export const project = defineResource({
  name: 'project',
  scope: 'admin',
  noun: 'project',
  entity: ProjectRow,
  body: ProjectBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  versioned: true,
  label: 't.name',
  belongsTo: { project: 't.id' },
  uniques: { project_name_key: { field: 'name', message: "A project '…' exists already." } },
  rules: ProjectRules,
  docs: {
    tag: 'Projects',
    about: 'A project: whose tickets, keys and settings belong together. Tickets that name none belong to `default`.',
    example: { name: 'my-project', display_name: 'My project', settings: { workflow_mode: 'free' } },
    filters: { name: 'default' },
  },
});
