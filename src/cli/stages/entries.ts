// `--list`: the tickets at each stage with their links, and production's releases; of one ticket, what it changes.
import type { components } from '../../client/schema.js';
import { sayTable } from '../output/table.js';
import type { Session } from '../session/session.js';
import type { Ticket } from '../tickets/ticket-name.js';
import { readPreviewLink, releaseMap } from './links.js';
import { knownTicket } from './overview.js';
import { nameOf } from './print-change.js';
import type { Stage, TicketDiff } from './shapes.js';
import { firstOf, productionOf, readStages, stageNamed, stagesOf } from './stage-line.js';

type Release = components['schemas']['Release'];

/** Of a stage, or of production. */
const MOST = 50;
const MOST_RELEASES = 10;

interface Listed {
  readonly stage: string;
  /** The ticket, or the release's number. */
  readonly entry: string;
  /** The ticket's title, or what the release was. */
  readonly says: string;
  readonly link: string;
}

/** `names`: the stages that are wanted; none: all but the first. */
export async function listStages(session: Session, names: readonly string[]): Promise<void> {
  const { out, settings } = session;
  const line = await readStages(session, settings.project);
  const stages =
    names.length > 0 ? names.map((name) => stageNamed(line, name)) : line.filter((one) => one !== firstOf(line));
  const listed = await Promise.all(stages.map((stage) => listedAt(session, stage)));
  out.result(listed.flat(), () => {
    if (listed.flat().length === 0) out.note(`No ticket is at ${stages.map(({ name }) => name).join(' or ')}.`);
    sayTable(
      out,
      ['stage', 'entry', 'says', 'link'],
      listed.flat().map(({ stage, entry, says, link }) => [stage, entry, says, link]),
    );
  });
}

const listedAt = (session: Session, stage: Stage): Promise<Listed[]> =>
  stage.production ? listReleases(session, stage) : listTickets(session, stage);

async function listTickets(session: Session, stage: Stage): Promise<Listed[]> {
  const filter = {
    stage: stage.name,
    closed_at__isnull: 'true',
    project__name: stage.project,
    order_by: '-updated_at',
  };
  const { server } = session;
  const { objects } = await server.of(
    server.api.GET('/api/v1/ticket/', { params: { query: { ...filter, limit: MOST } } }),
  );
  return Promise.all(
    objects.map(async ({ id, key, title }) => ({
      stage: stage.name,
      entry: key,
      says: title,
      link: await readPreviewLink(session, { id, key }, stage),
    })),
  );
}

async function listReleases(session: Session, stage: Stage): Promise<Listed[]> {
  const releases = await latestReleases(session, { project__name: stage.project }, MOST_RELEASES);
  return releases.map(({ number, line }) => ({
    stage: stage.name,
    entry: `release ${number}${number === stage.release ? ' (live)' : ''}`,
    says: line,
    link: releaseMap(session.settings, stage.project, number),
  }));
}

/** Newest first. `filter`: fields of releases and their values. */
export async function latestReleases(
  { server }: Session,
  filter: Readonly<Record<string, string>>,
  limit: number,
): Promise<readonly Release[]> {
  const query = { ...filter, order_by: '-number', limit };
  const { objects } = await server.of(server.api.GET('/api/v1/release/', { params: { query } }));
  return objects;
}

/** What a ticket changes, key by key: over production, or for a released one, what its release brought. */
export async function listEntries(session: Session, key: string, names: readonly string[]): Promise<void> {
  const { out } = session;
  const ticket = await knownTicket(session, key);
  const line = await stagesOf(session, ticket);
  names.forEach((name) => stageNamed(line, name));
  const wanted = names.length === 0 || names.includes(ticket.stage ?? '');
  const changes = wanted ? (await entriesOf(session, ticket, ticket.stage === productionOf(line).name)).changes : [];
  out.result(changes, () => {
    if (!wanted) out.note(`${ticket.key} is at ${ticket.stage ?? 'no stage'}, not at ${names.join(' or ')}.`);
    else if (changes.length === 0) out.note(`${ticket.key} changes nothing.`);
    sayTable(
      out,
      ['module', 'change', 'url'],
      changes.map((change) => [nameOf(change), change.change, change.to?.url ?? '']),
    );
  });
}

async function entriesOf(session: Session, { id }: Ticket, released: boolean): Promise<TicketDiff> {
  const { server } = session;
  const [latest] = released ? await latestReleases(session, { ticket: String(id), kind: 'promote' }, 1) : [];
  const query = latest ? { from: `release:${latest.number - 1}`, to: `release:${latest.number}` } : {};
  return server.of(server.api.GET('/api/v1/ticket/{id}/diff/', { params: { path: { id: String(id) }, query } }));
}
