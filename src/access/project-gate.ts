// Whether a request by a token for some projects is about one of them, by its URL alone, before its body is read: as each
// operation declares it (@Needs, `x-project` in the OpenAPI document). What only the body says is looked at when it is
// written (rest/writing/require-token-reach.ts), and lists are narrowed where they are read (rest/reading/own-sql.ts).
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Db } from '../platform/database/db.js';
import type { About } from '../platform/http/required-scope.js';
import { requireEverything, requireReach } from '../platform/principal.js';
import { KeyReader, MOST_NAMED } from '../rest/reading/key-reader.js';
import { lastOf, type Query } from '../rest/reading/list-query.js';
import { isKey } from '../rest/resource-key.js';
import { type Resource, resourceNamed } from '../rest/resource.js';
import { requireObjectReach } from '../rest/writing/require-object-reach.js';
import { asId } from '../rest/writing/reference.js';

type Parameters = Readonly<Record<string, string | undefined>>;

@Injectable()
export class ProjectGate {
  constructor(
    private readonly db: Db,
    private readonly keys: KeyReader,
  ) {}

  /** What there is not is admitted, to be answered with 404. Rejects with forbidden `project.other`, `token.limited`. */
  async admit(request: FastifyRequest, reach: ReadonlyMap<number, string>): Promise<void> {
    const about: About = request.routeOptions.config.about ?? 'none';
    const [parameters, query] = [request.params as Parameters, request.query as Query];
    if (about === 'all') return requireEverything(reach);
    if (about === '?project') return this.project(lastOf(query.project), reach);
    if (about === '/p/:project') return this.project(parameters.project, reach);
    const [name = '', parameter] = about.split('/:');
    const named = parameter && parameters[parameter];
    if (!named) return;
    const resource = resourceNamed(name);
    // More than may be named are refused where they are read.
    const texts = parameter === 'ids' ? named.split(';').slice(0, MOST_NAMED) : [named];
    await requireObjectReach(this.db, resource, await this.idsOf(resource, texts, lastOf(query.project)), reach);
  }

  private async project(given: string | undefined, reach: ReadonlyMap<number, string>): Promise<void> {
    const [project] = await this.db.run<{ id: number; name: string }>({
      name: 'project_asked',
      text: 'SELECT id, name FROM project WHERE name = $1 OR id::text = $1 ORDER BY name = $1 DESC LIMIT 1',
      values: [(given ?? 'default').replaceAll('\0', '')],
    });
    if (project) requireReach(reach, project);
  }

  private async idsOf(resource: Resource, texts: readonly string[], project: string | undefined): Promise<number[]> {
    const known = await this.keys.findMany(resource.keyed ? texts.filter(isKey) : [], project);
    return texts.map((text) => asId(text) ?? known.idOf(text)).filter((id) => id !== undefined);
  }
}
