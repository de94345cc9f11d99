// Which events a reader of the stream wants: the same rule for what is live and, as SQL, for what is replayed. A test holds
// the two to the same answers. Pure.
import type { StreamEvent } from './stream-event.js';

/** What is absent is not asked about; of what is there, one of the values must be the event's. */
export interface StreamFilter {
  readonly projects?: readonly number[];
  readonly tickets?: readonly number[];
  readonly severities?: readonly string[];
  readonly stages?: readonly string[];
  /** A type, or with `*` at its end what types begin with. */
  readonly types?: readonly string[];
  /** Details, too. Who names types gets what is of these types, details or not. */
  readonly detail?: true;
}

type Facts = Pick<StreamEvent, 'project' | 'ticket' | 'severity' | 'stage' | 'type' | 'detail'>;

const isOf = <Value>(wanted: readonly Value[] | undefined, value: Value | null): boolean =>
  wanted === undefined || (value !== null && wanted.includes(value));

const isPrefix = (type: string): boolean => type.endsWith('*');

export function isWanted(filter: StreamFilter, event: Facts): boolean {
  const { types } = filter;
  return (
    (!event.detail || filter.detail === true || types !== undefined) &&
    isOf(filter.projects, event.project) &&
    isOf(filter.tickets, event.ticket) &&
    isOf(filter.severities, event.severity) &&
    isOf(filter.stages, event.stage) &&
    (types === undefined ||
      types.some((type) => (isPrefix(type) ? event.type.startsWith(type.slice(0, -1)) : event.type === type)))
  );
}

/** The same as conditions over alias `t`; `add` collects the values. */
export function wantedSql(filter: StreamFilter, add: (value: unknown) => string): string[] {
  const one = (column: string, cast: string, values: readonly unknown[] | undefined): string[] =>
    values ? [`${column} = ANY(${add(values)}::${cast}[])`] : [];
  return [
    ...one('t.project_id', 'int', filter.projects),
    ...one('t.ticket_id', 'int', filter.tickets),
    ...one('t.severity', 'text', filter.severities),
    ...one('t.stage', 'text', filter.stages),
    ...(filter.types ? [typesSql(filter.types, add)] : filter.detail ? [] : ['NOT t.detail']),
  ];
}

function typesSql(types: readonly string[], add: (value: unknown) => string): string {
  const whole = types.filter((type) => !isPrefix(type));
  const prefixes = types.filter(isPrefix).map((type) => type.slice(0, -1));
  const exact = whole.length > 0 ? [`t.type = ANY(${add(whole)}::text[])`] : [];
  return `(${[...exact, ...prefixes.map((prefix) => `starts_with(t.type, ${add(prefix)}::text)`)].join(' OR ')})`;
}
