// The answer to a request for a map: which map, how old, and what to say beside it.
import { Injectable } from '@nestjs/common';
import { notFound } from '../../platform/errors.js';
import type { Query } from '../../rest/reading/list-query.js';
import type { Sliced } from '../../platform/sliced.js';
import { type ImportMap, writing } from '../domain/import-map.js';
import type { ReleaseMap } from '../store/release-reader.js';
import { type Found, FreshMaps, type Live, Patience } from './fresh-maps.js';
import { identityOf } from './identity.js';
import type { ServedProject } from './projects-cache.js';
import type { ServedTicket } from './tickets-cache.js';
import { OldReleases } from './old-releases.js';
import { ServingDb } from './serving-db.js';
import { type AskedTickets, type MapRequest, readMapRequest, shownOf } from './map-request.js';
import { type AskedTicket, deltasOf, refusalOf } from './preview-map.js';
import { PreviewMapCache } from './preview-map-cache.js';
import { type ServedBytes, ServedBytesCache } from './served-bytes-cache.js';

export interface MapAnswer {
  readonly stamp: ServedBytes;
  /** X-Stamp-Status, where there is anything to say. */
  readonly status: string | undefined;
  /** X-Stamp-Shows: what of the query the map shows; undefined for production. */
  readonly shows?: string | undefined;
}

/** How a map is written; `name` tells its bytes from those of other forms. */
export interface MapForm {
  readonly name: string;
  /** `modulesUrl`: what the URLs of what is kept here begin with. */
  readonly write: (map: ImportMap, modulesUrl: string) => Sliced<string>;
}

const CANONICAL: MapForm = { name: '', write: writing };
/** As import-map-deployer's clients know it. */
export const DEPLOYER: MapForm = { name: ' deployer', write: (map, origin) => writing(map, origin, true) };

/** What a request asks for. */
export interface Wanted {
  readonly project: ServedProject;
  /** True where the project itself couldn't be asked for. */
  readonly stale: boolean;
  readonly origin: string;
  /** What the URLs of the project's modules begin with: the origin, or a CDN's. */
  readonly modulesUrl: string;
  readonly wait: Patience;
}

@Injectable()
export class MapAnswers {
  constructor(
    private readonly fresh: FreshMaps,
    private readonly stamps: ServedBytesCache,
    private readonly shown: PreviewMapCache,
    private readonly releases: OldReleases,
    private readonly db: ServingDb,
  ) {}

  /** Production from memory; undefined where something has to be asked or made first. */
  now(name: string, origin: string): (Live & { readonly stamp: ServedBytes }) | undefined {
    const now = this.fresh.now(name);
    const stamp = now && this.stamps.known(nameOf(now.production.map, now.project.modulesUrl ?? origin, CANONICAL));
    return now && stamp && { ...now, stamp };
  }

  async wanted(name: string, origin: string): Promise<Wanted> {
    const wait = new Patience();
    const { value, stale } = await this.fresh.project(name, wait);
    return { project: value, stale, origin, modulesUrl: value.modulesUrl ?? origin, wait };
  }

  /** Tickets that the URL asks for, by the project's stages; empty where it asks for something else. */
  asked({ project }: Wanted, query: Query): readonly AskedTickets[] {
    const request = readMapRequest(query, project.stages);
    return request.kind === 'tickets' ? request.asked : [];
  }

  /** Rejects with not_found for a release that isn't there, and conflict for tickets that can't be shown together. */
  async answer(wanted: Wanted, query: Query, form: MapForm = CANONICAL): Promise<MapAnswer> {
    const request = readMapRequest(query, wanted.project.stages);
    const found = await this.found(wanted, request, form);
    const isShown = found.status === undefined || found.status === 'stale';
    return isShown ? { ...found, shows: shownOf(request, query) } : found;
  }

  private async found(wanted: Wanted, request: MapRequest, form: MapForm): Promise<MapAnswer> {
    if (request.kind === 'release')
      return this.fresh.inTime(wanted.wait, () => this.released(wanted, request.release, form));
    if (request.kind === 'at')
      return this.fresh.inTime(wanted.wait, async () =>
        this.released(wanted, await this.releaseAt(wanted.project, request.time), form),
      );
    if (request.kind === 'tickets') return this.tickets(wanted, request.asked, form);
    const { value, stale } = await this.production(wanted);
    return {
      stamp: await this.productionStamp(value, wanted.modulesUrl, form),
      status: stale ? 'stale' : undefined,
    };
  }

  /** Production, in place of tickets that aren't shown; `status` says why. */
  async instead(wanted: Wanted, status: string, form: MapForm = CANONICAL): Promise<MapAnswer> {
    const { value } = await this.production(wanted);
    return { stamp: await this.productionStamp(value, wanted.modulesUrl, form), status };
  }

  /** Stale, too, where the project is. */
  async production({ project, stale, wait }: Wanted): Promise<Found<ReleaseMap>> {
    const found = await this.fresh.production(project, wait);
    return { ...found, stale: found.stale || stale };
  }

  private productionStamp(
    { map }: Pick<ReleaseMap, 'map'>,
    modulesUrl: string,
    form = CANONICAL,
  ): Promise<ServedBytes> {
    return this.stamps.of(nameOf(map, modulesUrl, form), () => form.write(map, modulesUrl));
  }

  private async tickets(wanted: Wanted, asked: readonly AskedTickets[], form: MapForm): Promise<MapAnswer> {
    const { project, modulesUrl, wait } = wanted;
    const found = asked.flatMap(({ stage, tickets: named }) =>
      named.map(async ({ reference }): Promise<AskedTicket> => {
        return { reference, stage, ...(await this.fresh.ticket(project, reference, wait)) };
      }),
    );
    const [production, ...tickets] = await Promise.all([this.production(wanted), ...found]);
    const { map } = production.value;
    const refused = tickets.map(refusalOf).find((refusal) => refusal !== undefined);
    if (refused) return { stamp: await this.productionStamp(production.value, modulesUrl, form), status: refused };
    const shown = distinct(tickets.map(({ value }) => value as ServedTicket));
    const stale = production.stale || tickets.some((ticket) => ticket.stale);
    return {
      stamp: await this.stamps.of(`${nameOf(map, modulesUrl, form)} ${deltasOf(shown)}`, () =>
        form.write(this.shown.of(map, shown), modulesUrl),
      ),
      status: stale ? 'stale' : undefined,
    };
  }

  private async released({ project, modulesUrl }: Wanted, release: number, form: MapForm): Promise<MapAnswer> {
    const [known] = await this.db.run<{ since: string }>({
      name: 'release_known',
      text: 'SELECT live_since::text AS since FROM release WHERE project_id = $1 AND number = $2',
      values: [project.id, release],
    });
    if (!known) throw notFound(`${project.name} has no release ${release}.`);
    const map = await this.releases.mapOf({ project: project.id, number: release, since: known.since });
    return { stamp: await this.productionStamp({ map }, modulesUrl, form), status: undefined };
  }

  /** A later time never shows an earlier release, also where the database's clock went back in between. */
  private async releaseAt({ id, name }: ServedProject, time: string): Promise<number> {
    const [row] = await this.db.run<{ number: number }>({
      name: 'release_at',
      text: 'SELECT number FROM release WHERE project_id = $1 AND live_since <= $2 ORDER BY live_since DESC, number DESC LIMIT 1',
      values: [id, time],
    });
    if (row) return row.number;
    throw notFound(`${name} had no release yet at ${time}.`);
  }
}

/** Of a text: the map, what URLs of ours begin with, and how it is written. */
const nameOf = (map: ImportMap, modulesUrl: string, { name }: MapForm): string =>
  `${identityOf(map)} ${modulesUrl}${name}`;

/** The same ticket may be named by its key and by its id. */
const distinct = (tickets: readonly ServedTicket[]): ServedTicket[] => [
  ...new Map(tickets.map((ticket) => [ticket.id, ticket])).values(),
];
