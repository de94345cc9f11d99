// The project that new tickets belong to, as the API takes it.
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Session } from './session.js';

/** Undefined for `default`, which the server takes by itself. Rejects with CliError where there is no such project. */
export async function projectUri({ server, settings }: Session): Promise<string | undefined> {
  const { project } = settings;
  if (project === 'default') return undefined;
  const query = { name: project, limit: 1 };
  const { objects } = await server.of(server.api.GET('/api/v1/project/', { params: { query } }));
  const [found] = objects;
  if (found) return found.resource_uri;
  throw new CliError(`There is no project '${project}'. stamp project list shows the projects.`, EXIT.notFound);
}
