// What a request for the stream asks: which events, and from where on.
import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Db } from '../platform/database/db.js';
import { invalid, notFound } from '../platform/errors.js';
import { otherProject, type Reach } from '../platform/principal.js';
import { readTime } from '../platform/time-text.js';
import { wholeNumberIn } from '../platform/whole-number.js';
import { OpenQuotas } from '../quotas/open-quotas.js';
import { Quotas } from '../quotas/quotas.js';
import { flagOf } from '../rest/http/query-flag.js';
import { KeyReader } from '../rest/reading/key-reader.js';
import { lastOf, type Query, textsOf } from '../rest/reading/list-query.js';
import { parseReference } from '../rest/writing/reference.js';
import type { StreamFilter } from './filter.js';
import { quoted } from '../platform/redact.js';

/** A number that the reader has, the beginning, a time, or from now on. */
export type Start = { readonly after: number } | { readonly from: 'earliest' | 'now' } | { readonly since: string };

const FILTERS = ['project', 'ticket', 'severity', 'type', 'stage', 'detail'];
const STARTS = ['last_event_id', 'earliest', 'since'];
const MOST_VALUES = 100;

/** What EventSource polyfills call it when they come back, where they can't send the header; the case and `-` or `_` don't matter. */
const COMING_BACK = new Set(['lasteventid', 'evslasteventid']);
/** What they ask for beside it, and this server needs nothing of: padding at the beginning of the reply, a random number against caches. */
const PADDING = new Set(['evs_preamble', 'padding', 'r']);

const isComingBack = (name: string): boolean => COMING_BACK.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

/** A polyfill's parameter stands in the URL beside the one that its page had given. */
function idInUrl(query: Query): string | undefined {
  const later = Object.keys(query).filter((name) => isComingBack(name) && name !== 'last_event_id');
  return [...later, 'last_event_id'].map((name) => lastOf(query[name])?.trim()).find(Boolean);
}

/** The header of a reader that comes back wins over the URL that it was first given. */
export function parseStart(query: Query, header: string | undefined): Start {
  const id = header?.trim() || idInUrl(query);
  if (id) return parseId(id);
  if (query.earliest !== undefined) return { from: 'earliest' };
  const since = lastOf(query.since);
  if (since === undefined) return { from: 'now' };
  const time = readTime(since);
  // A clock says where on earth it is: without that it would be another time on another machine.
  if (time && time.hasClock === time.hasZone) return { since: time.text };
  throw invalid('stream.bad_since', `since=${quoted(since, 100)} is not a time. Write it as 2026-01-01T12:00:00Z.`);
}

function parseId(text: string): Start {
  if (text === 'earliest') return { from: 'earliest' };
  const after = wholeNumberIn(text);
  if (after !== undefined) return { after };
  throw invalid(
    'stream.bad_last_event_id',
    `The id '${quoted(text, 100)}' is not an id of the stream. Ids are numbers. Leave it out, or use earliest.`,
  );
}

@Injectable()
export class StreamQuery {
  constructor(
    private readonly db: Db,
    private readonly keys: KeyReader,
    private readonly quotas: Quotas,
    private readonly open: OpenQuotas,
  ) {}

  /** Counts a reader for its owner, and for the projects that it asks for. Rejects with too_many `quota.streams`. */
  async admit({ projects = [] }: StreamFilter, owner: string, answer: ServerResponse): Promise<void> {
    const asked = projects.length > 0 ? await this.quotas.projects(this.db, projects) : [];
    this.open.take('streams', owner, asked, answer);
  }

  /**
   * Rejects with invalid where a parameter is unknown, with not_found where it names nothing, with forbidden `project.other`.
   */
  async filter(query: Query, reach?: Reach): Promise<StreamFilter> {
    refuseUnknown(query);
    const asked = await this.projects(valuesOf(query, 'project'));
    const projects = reach ? within(reach, asked) : asked;
    const [only, ...others] = valuesOf(query, 'project');
    const named = others.length === 0 && only !== undefined && !/^\d+$/.test(only) ? only : undefined;
    return {
      ...(detailsIn(query) ? { detail: true } : {}),
      ...withoutEmpty({
        projects,
        tickets: await this.tickets(valuesOf(query, 'ticket'), named),
        severities: valuesOf(query, 'severity'),
        types: valuesOf(query, 'type'),
        stages: valuesOf(query, 'stage'),
      }),
    };
  }

  private async projects(texts: readonly string[]): Promise<number[]> {
    const names = texts.filter((text) => typeof parseReference(text, 'project') !== 'number');
    const rows = names.length === 0 ? [] : await this.named(names);
    const idOf = new Map(rows.map(({ id, name }) => [name, id]));
    return texts.map((text) => {
      const reference = parseReference(text, 'project');
      const id = typeof reference === 'number' ? reference : idOf.get(text);
      if (id !== undefined) return id;
      throw notFound(`There is no project '${quoted(text, 100)}'.`);
    });
  }

  private named(names: readonly string[]): Promise<{ id: number; name: string }[]> {
    return this.db.run({
      name: 'stream_projects',
      text: 'SELECT id, name FROM project WHERE name = ANY($1::text[])',
      values: [names],
    });
  }

  /** A number needs no ticket behind it: the events of one that was deleted stay. */
  private async tickets(texts: readonly string[], project: string | undefined): Promise<number[]> {
    const references = texts.map((text) => parseReference(text, 'ticket'));
    const keys = references.filter((reference) => typeof reference === 'string');
    const known = await this.keys.findMany(keys, project);
    return texts.map((text, index) => {
      const reference = references[index];
      const id = typeof reference === 'string' ? known.idOf(reference) : reference;
      if (id !== undefined) return id;
      throw notFound(`There is no ticket '${quoted(text, 100)}'.`);
    });
  }
}

/** What was asked for, or all that are in reach; a list that is empty would ask for everything. */
function within(reach: ReadonlyMap<number, string>, asked: readonly number[]): number[] {
  if (asked.some((id) => !reach.has(id))) throw otherProject(reach);
  return asked.length > 0 ? [...asked] : [0, ...reach.keys()];
}

/** A comma list, or a repeated parameter. */
function valuesOf(query: Query, name: string): string[] {
  const values = textsOf(query[name])
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter(Boolean);
  if (values.length > MOST_VALUES)
    throw invalid('stream.too_many_values', `Give at most ${MOST_VALUES} values of ${name}.`);
  if (values.some((value) => value.includes('\0')))
    throw invalid('stream.bad_value', `A value of ${name} has a NUL character.`);
  return values;
}

/** A misspelt filter would show everything. */
function refuseUnknown(query: Query): void {
  const known = [...FILTERS, ...STARTS];
  const unknown = Object.keys(query).find(
    (name) => !known.includes(name) && !name.startsWith('_') && !isComingBack(name) && !PADDING.has(name),
  );
  if (unknown === undefined) return;
  throw invalid(
    'stream.unknown_parameter',
    `Unknown parameter '${quoted(unknown, 100)}' of the stream. Known: ${known.join(', ')}.`,
  );
}

/** As every flag is said; `detail` alone says it, too. */
function detailsIn(query: Query): boolean {
  const text = lastOf(query.detail);
  const flag = text === '' || flagOf(text);
  if (flag === undefined) throw invalid('stream.bad_value', `detail must be 1 or 0, not '${quoted(text ?? '', 100)}'.`);
  return flag;
}

const withoutEmpty = (
  filter: Record<Exclude<keyof StreamFilter, 'detail'>, readonly (string | number)[]>,
): StreamFilter => Object.fromEntries(Object.entries(filter).filter(([, values]) => values.length > 0));
