// Takes events from outside (stream.md, "What comes in"): all of a request or none, each once, in the log with everything
// else. One that names a ticket is in that ticket's history; it does not change the ticket, so it has no version.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Reach } from '../../platform/principal.js';
import { Quotas } from '../../quotas/quotas.js';
import type { WriteContext } from '../../rest/resource.js';
import { appendEvents, type NewEvent } from '../../log/append-event.js';
import { asLine } from '../../log/lines/line.js';
import type { Incoming } from './incoming.js';
import { type Place, Places } from './places.js';

/** What became of an event. */
export interface Taken {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly severity: string;
  readonly line: string;
  /** The ticket's URI; null where it names none. */
  readonly ticket: string | null;
  /** True where it had come before: nothing happened now, and this is what was taken then. */
  readonly repeated: boolean;
}

/** What its sender calls an event. */
interface Named {
  /** Within which names are unique (ingested-event.row.ts). */
  readonly scope: string;
  readonly source: string;
  readonly id: string;
}

type Placed = Incoming & Named & { readonly place: Place };

@Injectable()
export class IngestEvents {
  constructor(
    private readonly places: Places,
    private readonly quotas: Quotas,
  ) {}

  /**
   * An event that names no project is of the one that its sender reaches, where that is one. Rejects with invalid where an event
   * names a ticket or a project that there is not, or no project where several are in reach; forbidden `project.other` where it
   * is of one out of reach, whether or not it came before; too_many `quota.events`.
   */
  async run(tx: Tx, given: readonly Incoming[], { actor, reach }: WriteContext): Promise<Taken[]> {
    const places = await this.places.of(tx, given, reach);
    const events = given.map((event, index): Placed => {
      const place = places[index] as Place;
      return { ...event, place, scope: scopeOf(place, reach) };
    });
    const fresh = await this.claim(tx, events);
    // A name that comes twice in a request is its first event's.
    const isNew = events.map((event) => fresh.delete(nameOf(event)));
    const news = events.filter((_event, index) => isNew[index]);
    const repeats = events.filter((_event, index) => !isNew[index]);
    const taken = news.map(asTaken);
    await this.append(tx, news, taken, actor);
    const known = await this.known(tx, repeats);
    // Last, since all who send to a project wait for the row.
    await this.count(tx, news, actor);
    return isNew.map((wasNew) => (wasNew ? taken.shift() : known.shift()) as Taken);
  }

  /** Takes the names of those that are new, in one order for everybody. Waits for others who send the same now. */
  private async claim(tx: Tx, events: readonly Named[]): Promise<Set<string>> {
    const rows = await tx.run<Named>({
      name: 'ingest_claim',
      text: `INSERT INTO ingested_event (scope, source, id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) g(scope, source, id)
        ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING RETURNING scope, source, id`,
      values: namesOf(events),
    });
    return new Set(rows.map(nameOf));
  }

  /** Those that are new, for their projects and for who sent them. Rejects with too_many `quota.events`. */
  private async count(tx: Tx, events: readonly Placed[], actor: string): Promise<void> {
    if (events.length === 0) return;
    const counts = new Map<number, number>();
    for (const { place } of events)
      if (place.project !== null) counts.set(place.project, (counts.get(place.project) ?? 0) + 1);
    const projects = await this.quotas.projects(tx, [...counts.keys()]);
    const claims = [
      ...projects.flatMap((project) => this.quotas.holders('events', { project, owner: undefined })),
      ...this.quotas.holders('events', { project: null, owner: actor }),
    ].map((holder) => ({ holder, by: counts.get(holder.project?.id ?? 0) ?? events.length }));
    await this.quotas.add(tx, 'events', claims, { actor, project: projects[0]?.id ?? null });
  }

  private async append(tx: Tx, events: readonly Placed[], taken: readonly Taken[], actor: string): Promise<void> {
    if (events.length === 0) return;
    const rows = await appendEvents(
      tx,
      events.map((event, index) => asEvent(event, taken[index] as Taken, actor)),
    );
    await tx.run({
      name: 'ingest_rows',
      text: `UPDATE ingested_event i SET event_id = g.event_id FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) g(scope, source, id, event_id)
        WHERE i.scope = g.scope AND i.source = g.source AND i.id = g.id`,
      values: [...namesOf(events), rows],
    });
  }

  /** What was taken under these names, in this request or in another; in their order. */
  private async known(tx: Tx, events: readonly Named[]): Promise<Taken[]> {
    if (events.length === 0) return [];
    const rows = await tx.run<Omit<Taken, 'ticket'> & { ticket: number | null }>({
      name: 'ingest_known',
      text: `SELECT g.source, g.id, COALESCE(e.type, '') AS type, COALESCE(e.severity, '') AS severity, COALESCE(e.line, '') AS line,
          e.ticket_id AS ticket, true AS repeated
        FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY g(scope, source, id, at)
        LEFT JOIN ingested_event i ON i.scope = g.scope AND i.source = g.source AND i.id = g.id
        LEFT JOIN event e ON e.id = i.event_id ORDER BY g.at`,
      values: namesOf(events),
    });
    return rows.map((row) => ({ ...row, ticket: uriOf(row.ticket) }));
  }
}

function asTaken({ place, source, id, type, severity, line: said }: Placed): Taken {
  const { ticket, key } = place;
  const line = key === undefined || startsWith(said, key) ? said : asLine(`${key}: ${said}`);
  return { source, id, type, severity, line, ticket: uriOf(ticket), repeated: false };
}

function asEvent(
  { place, source, type, severity, stage, data, ...more }: Placed,
  taken: Taken,
  actor: string,
): NewEvent<string> {
  const about = { project: place.project, ticket: place.ticket, subticket: null, version: null, stage };
  const link = more.link ?? taken.ticket;
  return { type, subject: asLine(`from/${source}`), severity, actor, ...about, line: taken.line, link, data };
}

/** Texts of a name hold no NUL. */
const nameOf = ({ scope, source, id }: Named): string => `${scope}\0${source}\0${id}`;

const namesOf = (all: readonly Named[]): string[][] => [
  all.map(({ scope }) => scope),
  all.map(({ source }) => source),
  all.map(({ id }) => id),
];

/** By what it is about, never by the token: whoever repeats an event with a rotated one repeats it. */
function scopeOf({ project }: Place, reach: Reach): string {
  if (project !== null) return `project ${project}`;
  return reach ? `projects ${[...reach.keys()].sort((one, other) => one - other).join()}` : 'all';
}

const uriOf = (ticket: number | null): string | null => (ticket === null ? null : `/api/v1/ticket/${ticket}/`);

const startsWith = (line: string, key: string): boolean =>
  line.slice(0, key.length).toUpperCase() === key.toUpperCase() && !/^\w/.test(line.slice(key.length));
