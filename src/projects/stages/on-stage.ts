// The place of operations on a stage of a project: `stage/<name>/…?project=`.
import { ApiQuery } from '@nestjs/swagger';
import { pathParameter } from '../../rest/http/documented.js';
import { definePlace, type Place } from '../../rest/operations/operation.js';
import { type NamedProject, NamedProjects } from './named-stage.js';

const IN_PROJECT = ApiQuery({
  name: 'project',
  required: false,
  description: 'The project by name or id; `default` if left out.',
  schema: { type: 'string' },
});

/** `?project=`, `default` where none is given. */
export const inProject: Place<NamedProject> = definePlace({
  about: '?project',
  documented: [IN_PROJECT],
  by: NamedProjects,
  find: (projects, { query }) => projects.of(query),
});

export interface OnStage {
  readonly project: NamedProject;
  /** As the URL has it; stageOf() says whether there is one. */
  readonly name: string;
}

/** `example` is the stage that the document shows. */
export const onStage = (example: string): Place<OnStage> =>
  definePlace({
    about: '?project',
    documented: [pathParameter('name', 'The name of the stage.', example), IN_PROJECT],
    by: NamedProjects,
    find: async (projects, { query, params }) => ({ project: await projects.of(query), name: params.name ?? '' }),
  });
