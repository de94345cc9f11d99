// Where outside events belong: the tickets and projects that a request's events name, all of them looked up together.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { otherProject, type Reach } from '../../platform/principal.js';
import { FoundKeys, KeyReader } from '../../rest/reading/key-reader.js';
import { isKey, normalKey } from '../../rest/resource-key.js';
import { locateError } from '../../rest/writing/locate-error.js';
import { asId } from '../../rest/writing/reference.js';
import { bad, type Incoming } from './incoming.js';

export interface Place {
  readonly ticket: number | null;
  readonly key: string | undefined;
  readonly project: number | null;
}

interface Ticket {
  readonly id: number;
  readonly key: string;
  readonly project: number;
}

/** What the names of a request's events mean. */
interface Found {
  readonly projects: ReadonlyMap<string, number>;
  /** Of those that name no project. */
  readonly keys: FoundKeys;
  /** By project and normal key. */
  readonly keysOf: ReadonlyMap<string, number>;
  readonly tickets: ReadonlyMap<number, Ticket>;
}

@Injectable()
export class Places {
  constructor(private readonly keys: KeyReader) {}

  /**
   * The place of each event, in one statement for each kind of name however many events there are. An event that names no
   * project is of the one that its sender reaches, where that is one. The tickets stay while the transaction lasts, so that
   * nobody deletes them in between. Rejects as IngestEvents.run says, naming the first event that is at fault.
   */
  async of(tx: Tx, given: readonly Incoming[], reach: Reach): Promise<Place[]> {
    const events = given.map((event) => withOwnProject(event, reach));
    const found = await this.lookUp(tx, events);
    const places: Place[] = [];
    for (const [index, event] of events.entries()) {
      const part = events.length > 1 ? `[${index}]` : '';
      requireProject(event, part, reach);
      const place = await locateError(part, () => Promise.resolve().then(() => placeIn(found, event)));
      // Before anything is answered: that an event came before is its project's to know, too.
      if (reach && place.project !== null && !reach.has(place.project)) throw otherProject(reach);
      places.push(place);
    }
    return places;
  }

  private async lookUp(tx: Tx, events: readonly Incoming[]): Promise<Found> {
    const projects = await projectsNamed(
      tx,
      events.flatMap(({ project }) => project ?? []),
    );
    const byKey = events.filter(({ ticket }) => ticket !== undefined && isKey(ticket));
    const alone = byKey.flatMap(({ ticket, project }) => (project === undefined ? (ticket ?? []) : []));
    const keys = await this.keys.findMany(alone, undefined, tx);
    const keysOf = await keysWithin(tx, byKey, projects);
    const named = { projects, keys, keysOf };
    return { ...named, tickets: await ticketsOf(tx, idsIn(named, events)) };
  }
}

/** With the project that its sender reaches. */
function withOwnProject(event: Incoming, reach: Reach): Incoming {
  if (!reach || reach.size !== 1 || isPlaced(event)) return event;
  const [project] = reach.values();
  return { ...event, project };
}

const isPlaced = ({ project, ticket }: Incoming): boolean =>
  project !== undefined || (ticket !== undefined && !isKey(ticket));

/** Nothing of a project's token is of no project. */
function requireProject(event: Incoming, part: string, reach: Reach): void {
  if (!reach || isPlaced(event) || event.ticket !== undefined) return;
  const names = [...reach.values()].sort().join(', ');
  throw bad('no_project', part, `name the project of the event: this token is for ${names || 'deleted projects'}.`);
}

/** Throws invalid `event.unknown_project`, `event.unknown_ticket`; conflict `ticket.ambiguous_key`. */
function placeIn(found: Found, event: Incoming): Place {
  const { ticket, project } = event;
  const projectId = project === undefined ? null : (found.projects.get(project) ?? null);
  if (project !== undefined && projectId === null)
    throw bad('unknown_project', 'project', `there is no project ${project}.`);
  if (ticket === undefined) return { ticket: null, key: undefined, project: projectId };
  const row = found.tickets.get(ticketId(found, event) ?? 0);
  if (!row || (projectId !== null && projectId !== row.project)) {
    const where = project === undefined ? '' : ` in ${project}`;
    throw bad(
      'unknown_ticket',
      'ticket',
      `there is no ticket ${ticket}${where}. Leave it out to keep the event without one.`,
    );
  }
  return { ticket: row.id, key: row.key, project: row.project };
}

type Named = Omit<Found, 'tickets'>;

const keyWithin = (project: number, key: string): string => `${project} ${normalKey(key)}`;

/** Throws conflict `ticket.ambiguous_key`. */
function ticketId({ projects, keys, keysOf }: Named, { ticket = '', project }: Incoming): number | undefined {
  if (!isKey(ticket)) return asId(ticket);
  return project === undefined ? keys.idOf(ticket) : keysOf.get(keyWithin(projects.get(project) ?? 0, ticket));
}

/** The ids that are clear: what is not is said when the event's turn has come. */
function idsIn(named: Named, events: readonly Incoming[]): number[] {
  const ids = events.map((event) => {
    try {
      return ticketId(named, event);
    } catch {
      return undefined;
    }
  });
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** By their names; by their ids where those are all digits. */
async function projectsNamed(tx: Tx, given: readonly string[]): Promise<Map<string, number>> {
  const texts = [...new Set(given)];
  if (texts.length === 0) return new Map();
  const names = texts.map((text) => text.replace(/^\/api\/v1\/project\/(\d+)\/?$/, '$1'));
  const rows = await tx.run<{ text: string; id: number }>({
    name: 'ingest_projects',
    text: `SELECT g.text, f.id FROM unnest($1::text[], $2::text[]) g(text, name) CROSS JOIN LATERAL
      (SELECT p.id FROM project p WHERE p.name = g.name OR p.id::text = g.name ORDER BY p.name <> g.name LIMIT 1) f`,
    values: [texts, names],
  });
  return new Map(rows.map(({ text, id }) => [text, id]));
}

async function keysWithin(
  tx: Tx,
  events: readonly Incoming[],
  projects: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const pairs = events.flatMap(({ ticket = '', project }) => {
    const id = project === undefined ? undefined : projects.get(project);
    return id === undefined ? [] : [{ id, key: normalKey(ticket) }];
  });
  if (pairs.length === 0) return new Map();
  const rows = await tx.run<Ticket>({
    name: 'ingest_keys',
    text: `SELECT t.id, t.normal_key AS key, t.project_id AS project FROM ticket t
      WHERE (t.normal_key, t.project_id) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))`,
    values: [pairs.map(({ key }) => key), pairs.map(({ id }) => id)],
  });
  return new Map(rows.map(({ id, key, project }) => [keyWithin(project, key), id]));
}

async function ticketsOf(tx: Tx, ids: readonly number[]): Promise<Map<number, Ticket>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.run<Ticket>({
    name: 'ingest_tickets',
    text: 'SELECT id, key, project_id AS project FROM ticket WHERE id = ANY($1::bigint[]) ORDER BY id FOR KEY SHARE',
    values: [ids],
  });
  return new Map(rows.map((row) => [row.id, row]));
}
