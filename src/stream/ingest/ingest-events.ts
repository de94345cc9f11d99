// Takes events from outside (stream.md, "What comes in"): all of a request or none, each once, in the log with everything
// else. One that names a ticket is in that ticket's history; it does not change the ticket, so it has no version.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { otherProject, type Reach } from '../../platform/principal.js';
import { KeyReader } from '../../rest/reading/key-reader.js';
import { isKey } from '../../rest/resource-key.js';
import type { WriteContext } from '../../rest/resource.js';
import { inPart } from '../../rest/writing/in-part.js';
import { asId } from '../../rest/writing/reference.js';
import { appendEvent } from '../append-event.js';
import { asLine } from '../lines/line.js';
import { bad, type Incoming } from './incoming.js';

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

/** What its sender calls an event, and its row in the log. */
interface Named {
  /** Within which names are unique (ingested-event.row.ts). */
  readonly scope: string;
  readonly source: string;
  readonly id: string;
}

interface NamedRow extends Named {
  readonly row: number;
}

type Placed = Incoming & Named & { readonly place: Place };

interface Place {
  readonly ticket: number | null;
  readonly key: string | undefined;
  readonly project: number | null;
}

@Injectable()
export class IngestEvents {
  constructor(private readonly keys: KeyReader) {}

  /**
   * An event that names no project is of the one that its sender reaches, where that is one. Rejects with invalid where an event
   * names a ticket or a project that there is not, or no project where several are in reach; forbidden `project.other` where it
   * is of one out of reach, whether or not it came before.
   */
  async run(tx: Tx, given: readonly Incoming[], { actor, reach }: WriteContext): Promise<Taken[]> {
    const events: Placed[] = [];
    for (const [index, one] of given.entries()) {
      const part = given.length > 1 ? `[${index}]` : '';
      const event = inReach(one, part, reach);
      const place = await inPart(part, () => this.place(tx, event));
      requireWithin(reach, place.project);
      events.push({ ...event, place, scope: scopeOf(place, reach) });
    }
    const fresh = await this.claim(tx, events);
    const taken = new Map<number, Taken>();
    const rows: NamedRow[] = [];
    for (const [index, event] of events.entries()) {
      if (!fresh.delete(nameOf(event))) continue;
      const { row, ...result } = await this.append(tx, event, actor);
      taken.set(index, result);
      rows.push({ scope: event.scope, source: event.source, id: event.id, row });
    }
    if (rows.length > 0) await this.remember(tx, rows);
    // The others came before, in this request or in another.
    const answers: Taken[] = [];
    for (const [index, event] of events.entries()) answers.push(taken.get(index) ?? (await this.known(tx, event)));
    return answers;
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

  private async append(tx: Tx, event: Placed, actor: string): Promise<Taken & { readonly row: number }> {
    const { ticket, key, project } = event.place;
    const line = key === undefined || startsWith(event.line, key) ? event.line : asLine(`${key}: ${event.line}`);
    const { source, id, type, severity, stage, data } = event;
    const subject = asLine(`from/${source}`);
    const about = { project, ticket, subticket: null, version: null, stage };
    const link = event.link ?? uriOf(ticket);
    const row = await appendEvent(tx, { type, subject, severity, actor, ...about, line, link, data });
    return { source, id, type, severity, line, ticket: uriOf(ticket), repeated: false, row };
  }

  private async remember(tx: Tx, rows: readonly NamedRow[]): Promise<void> {
    await tx.run({
      name: 'ingest_rows',
      text: `UPDATE ingested_event i SET event_id = g.event_id FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) g(scope, source, id, event_id)
        WHERE i.scope = g.scope AND i.source = g.source AND i.id = g.id`,
      values: [...namesOf(rows), rows.map(({ row }) => row)],
    });
  }

  private async known(tx: Tx, { scope, source, id }: Named): Promise<Taken> {
    const [row] = await tx.run<{ type: string; severity: string; line: string; ticket: number | null }>({
      name: 'ingest_known',
      text: `SELECT e.type, e.severity, e.line, e.ticket_id AS ticket FROM ingested_event i JOIN event e ON e.id = i.event_id
        WHERE i.scope = $1 AND i.source = $2 AND i.id = $3`,
      values: [scope, source, id],
    });
    const { type = '', severity = '', line = '', ticket = null } = row ?? {};
    return { source, id, type, severity, line, ticket: uriOf(ticket), repeated: true };
  }

  /** The ticket and project that it names. A ticket stays while this lasts, so that nobody deletes it in between. */
  private async place(tx: Tx, { ticket, project }: Incoming): Promise<Place> {
    const projectId = project === undefined ? null : await projectOf(tx, project);
    if (ticket === undefined) return { ticket: null, key: undefined, project: projectId };
    const id = isKey(ticket) ? await this.keys.find(ticket, project, tx) : asId(ticket);
    const [found] = await tx.run<{ key: string; project: number }>({
      name: 'ingest_ticket',
      text: 'SELECT key, project_id AS project FROM ticket WHERE id = $1 FOR KEY SHARE',
      values: [id ?? 0],
    });
    if (!found || (projectId !== null && projectId !== found.project)) {
      const where = project === undefined ? '' : ` in ${project}`;
      throw bad(
        'unknown_ticket',
        'ticket',
        `there is no ticket ${ticket}${where}. Leave it out to keep the event without one.`,
      );
    }
    return { ticket: id as number, key: found.key, project: found.project };
  }
}

/** With the project that its sender reaches; nothing of a project's token is of no project. */
function inReach(event: Incoming, part: string, reach: Reach): Incoming {
  if (!reach || event.project !== undefined || (event.ticket !== undefined && !isKey(event.ticket))) return event;
  const [project, ...others] = [...reach.values()].sort();
  if (project !== undefined && others.length === 0) return { ...event, project };
  if (event.ticket !== undefined) return event;
  const names = [project, ...others].join(', ');
  throw bad(
    'no_project',
    part,
    `say which project it is about: this token is for ${names || 'projects that are gone'}.`,
  );
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

/** Before anything is answered: that an event came before is its project's to know, too. */
function requireWithin(reach: Reach, project: number | null): void {
  if (reach && project !== null && !reach.has(project)) throw otherProject(reach);
}

const uriOf = (ticket: number | null): string | null => (ticket === null ? null : `/api/v1/ticket/${ticket}/`);

const startsWith = (line: string, key: string): boolean =>
  line.slice(0, key.length).toUpperCase() === key.toUpperCase() && !/^\w/.test(line.slice(key.length));

/** By its name; by its id where that is all digits. */
async function projectOf(tx: Tx, project: string): Promise<number> {
  const name = project.replace(/^\/api\/v1\/project\/(\d+)\/?$/, '$1');
  const [found] = await tx.run<{ id: number }>({
    name: 'ingest_project',
    text: 'SELECT id FROM project WHERE name = $1 OR id::text = $1 ORDER BY name <> $1 LIMIT 1',
    values: [name],
  });
  if (found) return found.id;
  throw bad('unknown_project', 'project', `there is no project ${project}.`);
}
