// Which map a URL asks for (import-maps.md, section 3).
import { invalid } from '../../platform/errors.js';
import { readTime, wireTime } from '../../platform/time-text.js';
import { lastOf, type Query } from '../../rest/reading/list-query.js';
import { type Linked, readLinked } from '../domain/preview-link.js';
import type { StageOrder } from '../../projects/stages/stage-order.js';

/** Tickets as a query key names them: `?qa=TKT-1,TKT-7`. */
export interface AskedTickets {
  readonly stage: string;
  /** Keys or ids, each once, with what the link has beside it. */
  readonly tickets: readonly Linked[];
}

export type MapRequest =
  | { readonly kind: 'production' }
  | { readonly kind: 'release'; readonly release: number }
  /** `time` as ISO 8601 in UTC. */
  | { readonly kind: 'at'; readonly time: string }
  | { readonly kind: 'tickets'; readonly asked: readonly AskedTickets[] };

const MOST_TICKETS = 20;

/** Rejects what contradicts itself or can't be read; a key that is no stage of the project is somebody else's. */
export function readMapRequest(query: Query, stages: StageOrder): MapRequest {
  const asked = stages.flatMap(({ name }) => askedAt(name, lastOf(query[name])));
  const [release, at] = [lastOf(query.release), lastOf(query.at)];
  if ([asked.length > 0, release !== undefined, at !== undefined].filter(Boolean).length > 1)
    throw invalid('map.contradiction', 'Name tickets, a release or a time, and only one of these.');
  if (release !== undefined) return { kind: 'release', release: readRelease(release) };
  if (at !== undefined) return { kind: 'at', time: readMoment(at) };
  if (asked.length === 0) return { kind: 'production' };
  if (asked.reduce((sum, { tickets }) => sum + tickets.length, 0) > MOST_TICKETS)
    throw invalid('map.too_many_tickets', `At most ${MOST_TICKETS} tickets can be shown together.`);
  return { kind: 'tickets', asked };
}

function askedAt(stage: string, value: string | undefined): AskedTickets[] {
  const named = (value ?? '').split(',').map(readLinked);
  // Named twice, the last key that is given counts.
  const tickets = new Map<string, Linked>();
  for (const one of named)
    if (one.reference !== '' && (one.previewKey !== undefined || !tickets.has(one.reference)))
      tickets.set(one.reference, one);
  return tickets.size > 0 ? [{ stage, tickets: [...tickets.values()] }] : [];
}

/** What of a query the map shows, as stamp.js writes it; undefined for production. Keys of previews are left out. */
export function shownOf(request: MapRequest, query: Query): string | undefined {
  if (request.kind === 'production' || request.kind === 'at') return undefined;
  const names = request.kind === 'release' ? ['release'] : request.asked.map(({ stage }) => stage);
  const value = (name: string): string => (lastOf(query[name]) ?? '').replaceAll(/~[^,]*/g, '');
  return names.map((name) => `${name}=${encodeURIComponent(value(name))}`).join('&');
}

function readRelease(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalid('release.invalid', 'release must be a whole number, such as ?release=7.');
}

/** Without a zone: UTC. */
function readMoment(text: string): string {
  const read = readTime(text);
  const year = new Date(read?.text ?? '').getUTCFullYear();
  // With its microseconds: what a release says of its own time shows that release.
  if (read && year >= 1970 && year < 10_000) return wireTime(read.text);
  throw invalid('at.invalid', 'at must be a time in ISO 8601, such as ?at=2026-11-21T12:00:00Z.');
}
