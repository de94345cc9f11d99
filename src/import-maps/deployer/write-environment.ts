// Changes to an environment's map, decided on what the map is behind the lock, so that no parallel write is lost.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { inSlices } from '../../platform/in-slices.js';
import { conflict, notFound } from '../../platform/errors.js';
import type { Principal } from '../../platform/principal.js';
import { isKey } from '../../rest/resource-key.js';
import { KeyReader } from '../../rest/reading/key-reader.js';
import type { WriteAnswer } from '../../rest/writing/idempotency.js';
import { type Change, overlaying } from '../domain/delta.js';
import { type ImportMap, writing } from '../domain/import-map.js';
import type { ServedProject } from '../serving/projects-cache.js';
import { ChangeDelta } from '../stages/change-delta.js';
import { WriteProduction } from '../stages/write-production.js';
import { ProductionMaps } from '../store/production-maps.js';
import { deltaOf, type DeltaTicket, TicketDeltas } from '../store/ticket-deltas.js';
import type { Environment } from './environment.js';
import { quoted } from '../../platform/redact.js';

export interface EnvironmentWrite {
  readonly project: ServedProject;
  readonly environment: Environment;
  /** Of this server, as the client calls it. */
  readonly origin: string;
  /** What the URLs of modules in the answer begin with. */
  readonly modulesUrl: string;
  readonly principal: Principal;
  /** For the history: what is written. */
  readonly line: string;
  /** What changes, given the environment's map as it is. */
  readonly decide: (now: ImportMap) => Promise<readonly Change[]>;
}

@Injectable()
export class WriteEnvironment {
  constructor(
    private readonly production: WriteProduction,
    private readonly changeDelta: ChangeDelta,
    private readonly deltas: TicketDeltas,
    private readonly maps: ProductionMaps,
    private readonly keys: KeyReader,
  ) {}

  /** The answer is the whole map as it is now. */
  run(tx: Tx, write: EnvironmentWrite): Promise<WriteAnswer> {
    const { environment } = write;
    return environment.kind === 'production' ? this.toProduction(tx, write) : this.toTicket(tx, write, environment);
  }

  private async toProduction(
    tx: Tx,
    { project, origin, modulesUrl, principal, line, decide }: EnvironmentWrite,
  ): Promise<WriteAnswer> {
    const { map } = await this.production.run(tx, project.id, decide, {
      actor: principal.name,
      line,
      base: origin,
    });
    return mapAnswer(map, modulesUrl);
  }

  private async toTicket(
    tx: Tx,
    { project, origin, modulesUrl, principal, decide }: EnvironmentWrite,
    { stage, reference }: Environment & { kind: 'ticket' },
  ): Promise<WriteAnswer> {
    const ticket = await this.ticketOf(tx, project, reference);
    if (ticket.stage !== null && ticket.stage !== stage)
      throw conflict('env.other_stage', `${ticket.key} is at the stage ${ticket.stage}, not ${stage}.`);
    if (ticket.stage === null && stage !== ticket.stages[0]?.name)
      throw conflict(
        'env.other_stage',
        `${ticket.key} has no modules yet: upload them at the stage ${ticket.stages[0]?.name}.`,
      );
    const production = await this.maps.at(project.id, ticket.release, tx);
    const changes = await decide(await inSlices(overlaying(production, deltaOf(ticket))));
    const { delta } = await this.changeDelta.run(tx, ticket.id, changes, {
      actor: principal.name,
      principal,
      ifMatch: undefined,
      base: origin,
    });
    return mapAnswer(await inSlices(overlaying(production, delta)), modulesUrl);
  }

  private async ticketOf(tx: Tx, project: ServedProject, reference: string): Promise<DeltaTicket> {
    const unknown = notFound(`There is no ticket '${quoted(reference, 100)}' in the project ${project.name}.`);
    const byId = /^[1-9]\d{0,8}$/.test(reference) ? Number(reference) : undefined;
    const id = byId ?? (isKey(reference) ? await this.keys.find(reference, project.name, tx) : undefined);
    if (id === undefined) throw unknown;
    const ticket = await this.deltas.lock(tx, id);
    if (ticket.project.id === project.id) return ticket;
    throw unknown;
  }
}

const mapAnswer = async (map: ImportMap, modulesUrl: string): Promise<WriteAnswer> => ({
  status: 200,
  body: await inSlices(writing(map, modulesUrl, true)),
});
