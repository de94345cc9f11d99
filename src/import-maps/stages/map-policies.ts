// The policies that look at a promotion's modules, registered with promotion: `conflicts`, `imports`, `sources`.
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/statement.js';
import { inSlices } from '../../platform/in-slices.js';
import { firstStage, stageBefore } from '../../projects/stages/stage-order.js';
import type { Verdict } from '../../promotion/domain/verdict.js';
import { Policies } from '../../promotion/policies.js';
import type { Policy, Promotion } from '../../promotion/policy.js';
import { findingStale } from '../domain/conflict.js';
import { conflictsVerdict } from '../domain/conflicts-policy.js';
import { keysOf } from '../domain/delta.js';
import { sourcesVerdict } from '../domain/sources-policy.js';
import { findOverlaps } from '../store/overlaps.js';
import { deltaOf, type DeltaTicket } from '../store/ticket-deltas.js';
import { ImportsCheck } from './imports-check.js';
import type { PromotedMaps } from './promoted-maps.js';
import { overtakenOf } from './stale-facts.js';

/** A promotion of modules: `maps` are what it would merge into and come to. */
export interface MapPromotion extends Promotion {
  readonly ticket: DeltaTicket;
  readonly maps: PromotedMaps;
}

/** A policy that has nothing to say of a promotion without modules. */
const ofModules = (
  about: Pick<Policy, 'name' | 'about' | 'overridable'>,
  ask: (sql: Sql, promotion: MapPromotion) => Promise<Verdict[]>,
): Policy => ({
  ...about,
  ask: (sql, promotion) => ('maps' in promotion ? ask(sql, promotion as MapPromotion) : Promise.resolve([])),
});

const CONFLICTS = {
  name: 'conflicts',
  about: 'Production has not changed what the ticket changes, and overlaps are as the project says.',
  overridable: false,
};
const IMPORTS = {
  name: 'imports',
  about: 'Everything that pages load resolves in the map that the promotion makes.',
  overridable: true,
};
const SOURCES = {
  name: 'sources',
  about: 'Whether the modules came from work that was committed, and were compared with production.',
  overridable: false,
};

@Injectable()
export class MapPolicies {
  constructor(policies: Policies, imports: ImportsCheck) {
    policies.register(ofModules(CONFLICTS, conflicts));
    policies.register(ofModules(IMPORTS, (sql, { ticket, maps, base }) => imports.ask(sql, ticket, maps, base)));
    policies.register(ofModules(SOURCES, sources));
  }
}

async function conflicts(sql: Sql, { ticket, maps: { production }, base }: MapPromotion): Promise<Verdict[]> {
  const delta = deltaOf(ticket);
  const [stale, overlaps] = await Promise.all([
    inSlices(findingStale(delta, production)).then((keys) => overtakenOf(sql, ticket, keys)),
    findOverlaps(sql, ticket.project.id, ticket.id, keysOf(delta)),
  ]);
  const frozen = ticket.stage !== null && ticket.stage !== firstStage(ticket.stages).name;
  const before = frozen ? stageBefore(ticket.stages, ticket.stage)?.name : undefined;
  const since = stale.flatMap(({ change }) => change?.since ?? []).sort()[0] ?? String(ticket.row.updated_at);
  const facts = {
    ticketKey: ticket.key,
    ticketId: ticket.id,
    stale,
    ...(before && ticket.stage ? { frozen: { stage: ticket.stage, before } } : {}),
    overlaps: overlaps.map(({ key, ticket: otherTicket }) => ({ key, otherTicket })),
    overlapMode: ticket.overlap,
  };
  return [conflictsVerdict(facts, since, base)];
}

function sources(_sql: Sql, { ticket: { key, project, revision, row } }: MapPromotion): Promise<Verdict[]> {
  const facts = { ticketKey: key, project: project.name, delta: revision?.delta ?? [] };
  const verdict = sourcesVerdict(facts, String(row.updated_at));
  return Promise.resolve(verdict ? [verdict] : []);
}
