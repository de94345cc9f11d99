// The statements that write a resource's rows: each change and its history row in one.
import { literal, type Statement, Values } from '../../platform/database/statement.js';
import { type EventSql, insertEventSql } from '../../log/append-event.js';
import { createdLineSql, deletedLineSql, inTicketSql, type Named } from '../../log/lines/resource-lines.js';
import { deletedLinkSql } from '../../log/lines/link.js';
import { redacted, redactedJson, redactedSql } from '../../platform/redact.js';
import { isDetail } from '../../log/lines/event-types.js';
import { severityOf } from '../../log/lines/severity.js';
import type { Field } from '../fields/field.js';
import { tableOf } from '../reading/columns.js';
import { selectList } from '../reading/view-sql.js';
import type { EventDraft, FieldValues, Resource, WriteContext } from '../resource.js';

const CASTS: Partial<Record<Field['kind'], string>> = {
  boolean: 'boolean',
  integer: 'int',
  json: 'jsonb',
  references: 'bigint[]',
  text: 'text',
  step: 'smallint',
  status: 'smallint',
};

export function castOf(resource: Resource, name: string): string {
  const field = resource.fields.find((one) => one.name === name);
  return field ? (CASTS[field.kind] ?? 'bigint') : 'text';
}

const versionSql = (resource: Resource): string => (resource.versioned ? 't.version' : 'NULL::int');

/** The columns of an event that say what it is about, whose history it belongs to, and where to look. */
export function aboutSql(resource: Resource): Omit<EventSql, 'type' | 'actor' | 'line' | 'data'> {
  const { name: table } = tableOf(resource);
  const home = table === 'ticket' ? 'ticket' : resource.name;
  return {
    subject: `${literal(`${table}/`)} || t.id`,
    ...resource.belongsTo,
    version: versionSql(resource),
    link: resource.link ?? `${literal(`/api/v1/${home}/`)} || t.id || '/'`,
  };
}

/** How lines call a row of this resource. */
export function namedSql(resource: Resource): Named {
  const partOf = tableOf(resource).name === 'ticket' ? undefined : resource.belongsTo?.ticket;
  return { ...resource, partOf };
}

/** How a new row is told. */
export interface Creation extends Pick<WriteContext, 'actor' | 'isPart' | 'madeWith'> {
  /** The id that it is to have; left out, the next one. */
  readonly id?: number | undefined;
}

/** Makes a row and its `<name>.created` event. Answers `{id, body, version}`; no row when what it wanted was taken (`onConflictSql`). */
export function insertSql(resource: Resource, given: FieldValues, creation: Creation): Statement {
  const table = tableOf(resource);
  const names = Object.keys(given).filter((name) => table.columnOf.has(name) || table.columns.has(name));
  const { id, actor, isPart = false, madeWith } = creation;
  const shape = { names, withId: id !== undefined, isPart, hasParts: madeWith !== undefined };
  const told = [...(id === undefined ? [] : [id]), actor, ...(madeWith === undefined ? [] : [madeWith])];
  return { ...inserts.of(resource, shape), values: [...names.map((name) => given[name]), ...told] };
}

/** What the statement of a create differs by. */
interface Shape {
  readonly names: readonly string[];
  readonly withId: boolean;
  readonly isPart: boolean;
  readonly hasParts: boolean;
}

type Prepared = Pick<Statement, 'name' | 'text'>;

/** Shapes that get a name, so that Postgres keeps their plans; a bound, since clients choose and connections remember. */
const MOST_NAMED = 200;

/** Names for texts that repeat, so that Postgres plans them once a connection. */
class Names {
  private readonly known = new Map<string, string>();

  constructor(private readonly prefix: string) {}

  of(text: string): string | undefined {
    const known = this.known.get(text);
    if (known || this.known.size >= MOST_NAMED) return known;
    const name = `${this.prefix}_${this.known.size}`;
    this.known.set(text, name);
    return name;
  }
}

const updates = new Names('update');

/** The statements of creates, by what is given: making a text takes longer than sending it. */
class Inserts {
  private readonly known = new Map<string, Prepared>();

  of(resource: Resource, shape: Shape): Prepared {
    const { names, withId, isPart, hasParts } = shape;
    const name = `${resource.name}|${withId}|${isPart}|${hasParts}|${names.join()}`;
    const known = this.known.get(name);
    if (known) return known;
    const text = insertText(resource, shape);
    if (this.known.size >= MOST_NAMED) return { text };
    const made = { name: `insert_${resource.name}_${this.known.size}`, text };
    this.known.set(name, made);
    return made;
  }
}

const inserts = new Inserts();

/** Values: those of `names` in their order, the id where it is given, the actor, what was made with it. */
function insertText(resource: Resource, { names, withId, isPart, hasParts }: Shape): string {
  const table = tableOf(resource);
  const placeholders = new Map(names.map((name, index) => [name, `$${index + 1}::${castOf(resource, name)}`]));
  const computed = Object.entries(resource.computed ?? {}).map(
    ([column, make]) => [column, make((field) => placeholders.get(field) ?? 'NULL')] as const,
  );
  const computedNames = new Set(computed.map(([column]) => column));
  const columns = [
    ...[...placeholders]
      .map(([name, sql]) => [table.columnOf.get(name) ?? name, sql] as const)
      .filter(([column]) => !computedNames.has(column)),
    ...computed,
  ];
  const newId = withId ? `$${names.length + 1}::bigint` : `nextval('${table.sequence}')`;
  const actorAt = names.length + (withId ? 2 : 1);
  const event = insertEventSql(
    {
      type: literal(`${resource.name}.created`),
      ...aboutSql(resource),
      actor: `$${actorAt}::text`,
      line: createdLineSql(namedSql(resource), hasParts ? `$${actorAt + 1}::text` : undefined),
      data: "jsonb_build_object('after', to_jsonb(v) - 'resource_uri')",
      detail: String(isPart || isDetail(`${resource.name}.created`)),
    },
    'FROM w t, v',
  );
  return `WITH n AS (SELECT ${newId} AS id),
    w AS (INSERT INTO ${table.name} (id${columns.map(([column]) => `, ${column}`).join('')}) SELECT n.id${columns.map(([, sql]) => `, ${sql}`).join('')} FROM n ${onConflictSql(resource, names, withId)} RETURNING *),
    v AS (SELECT l.* FROM w t, LATERAL (SELECT ${selectList(resource, 't')}) l),
    e AS (${event})
    SELECT t.id, row_to_json(v)::text AS body, ${versionSql(resource)} AS version FROM w t, v`;
}

/** Where a create may find taken what it wants: a name whose object is then the answer, or a value that is made in SQL. */
function onConflictSql(resource: Resource, names: readonly string[], withId: boolean): string {
  if (resource.getOrCreateBy && !withId) return `ON CONFLICT (${resource.getOrCreateBy}) DO NOTHING`;
  const made = Object.entries(resource.uniques ?? {}).find(
    ([, { field }]) => !names.includes(field) && resource.computed?.[field],
  );
  return made ? `ON CONFLICT ON CONSTRAINT ${made[0]} DO NOTHING` : '';
}

/** Locks a row and shows every column of its table, by the column's name. */
export function lockSql(resource: Resource): string {
  const where = resource.where ? ` AND (${resource.where})` : '';
  return `SELECT to_jsonb(t) AS row FROM ${tableOf(resource).name} t WHERE t.id = $1::bigint${where} FOR NO KEY UPDATE`;
}

/** Sets columns of a locked row, its version and time of change, and appends the event. */
export function updateSql(
  resource: Resource,
  id: number,
  set: FieldValues,
  draft: EventDraft,
  actor: string,
): Statement {
  const table = tableOf(resource);
  const values = new Values();
  const assignments = Object.entries(set).map(([name, value]) => {
    const column = table.columns.get(name) ?? table.columnOf.get(name);
    if (!column) throw new Error(`${resource.name} has no column for ${name}.`);
    return `${column} = ${values.add(isDocument(value) ? JSON.stringify(value) : value)}`;
  });
  if (resource.versioned) assignments.push('version = t.version + 1');
  if (table.columns.has('updated_at')) assignments.push('updated_at = now.time');
  if ('current_workflow_step' in set) assignments.push('step_entered_at = now.time');
  const event = insertEventSql(
    {
      type: `${values.add(draft.type)}::text`,
      ...aboutSql(resource),
      ...(draft.link ? { link: `${values.add(redacted(draft.link))}::text` } : ownLinkSql(resource)),
      severity: `${values.add(draft.severity ?? severityOf(draft.type))}::text`,
      actor: `${values.add(actor)}::text`,
      line: inTicketSql(namedSql(resource).partOf, `${values.add(redacted(draft.line))}::text`),
      data: `${values.add(redactedJson(draft.data))}::jsonb`,
      detail: String(isDetail(draft.type, draft.severity)),
      redacted: true,
    },
    'FROM w t',
  );
  const text = `WITH w AS (UPDATE ${table.name} t SET ${assignments.join(', ')} FROM (SELECT clock_timestamp() AS time) now WHERE t.id = ${values.add(id)}::bigint RETURNING t.*), e AS (${event}) SELECT to_jsonb(t) AS row FROM w t`;
  const name = updates.of(text);
  return { ...(name ? { name } : {}), text, values: values.list };
}

/** Where the object itself says that it leads: a text of somebody's. */
const ownLinkSql = ({ link }: Resource): Pick<EventSql, 'link'> =>
  link === undefined ? {} : { link: redactedSql(link) };

/** What goes into a jsonb column; the driver makes arrays of arrays. */
const isDocument = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deletes rows by their ids, with an event each that keeps what they were. Answers the ids. */
export function deleteSql(resource: Resource, ids: readonly number[], actor: string): Statement {
  const event = insertEventSql(
    {
      type: literal(`${resource.name}.deleted`),
      ...aboutSql(resource),
      link: deletedLinkSql(resource.belongsTo?.ticket),
      actor: '$2::text',
      line: deletedLineSql(namedSql(resource)),
      data: "jsonb_build_object('before', to_jsonb(l) - 'resource_uri')",
      detail: String(isDetail(`${resource.name}.deleted`)),
    },
    `FROM (SELECT * FROM w ORDER BY w.id) t, LATERAL (SELECT ${selectList(resource, 't')}) l`,
  );
  const where = resource.where ? ` AND (${resource.where})` : '';
  const text = `WITH w AS (DELETE FROM ${tableOf(resource).name} t WHERE t.id = ANY($1::bigint[])${where} RETURNING t.*), e AS (${event}) SELECT t.id, to_jsonb(t) AS row FROM w t`;
  return { text, values: [ids, actor] };
}
