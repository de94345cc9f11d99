// The ticket that a watch sends to: created where there is none, made to carry modules, refused where these are frozen.
import { Refusal } from '../../client/server.js';
import { ask, isSomebodyThere } from '../session/ask.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Session } from '../session/session.js';
import type { Ticket } from '../tickets/ticket-name.js';
import { branchOf, mailOf } from './git-facts.js';
import { closedTicket, frozenTicket } from './ticket-refusal.js';
import { pageIn } from '../stages/links.js';

export interface BegunTicket {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  /** Tells it from a ticket of the same name on another database. */
  readonly createdAt: string;
  readonly isNew: boolean;
  /** The project's first one, where modules change. */
  readonly stage: string;
  /** And the last one. */
  readonly production: string;
  /** The revision of its modules. */
  readonly revision: number;
  /** The address of its import map. */
  readonly map: string;
  /** What a link to its preview has; undefined where it needs none. */
  readonly previewKey: string | undefined;
  /** The page of the application, where the project's settings name one. */
  readonly page: string | undefined;
}

export interface BeginOptions {
  readonly title?: string | undefined;
  readonly yes?: boolean | undefined;
}

/** Rejects with CliError `refused` where its modules can't change; with Refusal, Unreachable. */
export async function beginWork(session: Session, name: string, options: BeginOptions): Promise<BegunTicket> {
  const found = await findTicket(session, name);
  const ticket = found ?? (await createTicket(session, name, options));
  return { ...(await readyTicket(session, ticket)), isNew: found === undefined };
}

async function findTicket({ server, settings }: Session, name: string): Promise<Ticket | undefined> {
  // Two projects may have a ticket of one key.
  const query = { project: settings.project } as object;
  try {
    return await server.of(server.api.GET('/api/v1/ticket/{id}/', { params: { path: { id: name }, query } }));
  } catch (error) {
    if (error instanceof Refusal && error.status === 404 && name.includes('-')) return undefined;
    throw error;
  }
}

/** Stamping a ticket that is stamped changes nothing, and answers its revision. */
async function readyTicket(session: Session, ticket: Ticket): Promise<Omit<BegunTicket, 'isNew'>> {
  const { server, settings } = session;
  if (ticket.closed_at !== null) throw closedTicket(ticket.key);
  const { objects: stages } = await server.of(
    server.api.GET('/api/v1/stage/', { params: { query: { project: settings.project } } }),
  );
  const [first, last] = [stages[0]?.name ?? 'dev', stages.at(-1)?.name ?? 'prod'];
  if (ticket.stage !== null && ticket.stage !== first)
    throw frozenTicket({ key: ticket.key, stage: first }, ticket.stage, ticket.stage === last);
  const id = String(ticket.id);
  const stamped = await server.of(server.api.POST('/api/v1/ticket/{id}/stamp/', { params: { path: { id } } }));
  return {
    id,
    key: ticket.key,
    title: ticket.title,
    createdAt: ticket.created_at,
    stage: stamped.stage,
    production: last,
    revision: stamped.revision,
    map: stamped.links[stamped.stage] ?? '',
    previewKey: stamped.preview_key ?? undefined,
    page: pageIn(stages[0]?.page),
  };
}

async function createTicket(session: Session, key: string, { title, yes }: BeginOptions): Promise<Ticket> {
  const { server, settings } = session;
  const [branch, owner = '', project] = await Promise.all([
    branchOf(settings.cwd),
    mailOf(settings.cwd),
    projectUri(session),
  ]);
  const usual = branch !== undefined && !TRUNKS.has(branch) ? branch : key;
  const body = {
    key,
    project,
    owner,
    description: '',
    base_image: '',
    title: title ?? (yes ? usual : await askTitle(session, key, usual)),
  };
  return server.of(server.api.POST('/api/v1/ticket/', { body }));
}

async function projectUri({ server, settings }: Session): Promise<string> {
  const query = { name: settings.project };
  const { objects } = await server.of(server.api.GET('/api/v1/project/', { params: { query } }));
  const [found] = objects;
  if (found) return found.resource_uri;
  throw new CliError(`There is no project '${settings.project}': set --project or STAMP_PROJECT.`, EXIT.notFound);
}

/** Names that say nothing about a change. */
const TRUNKS = new Set(['main', 'master', 'trunk', 'develop']);

/** Where nobody is there to be asked, what is usual. A misspelt key is noticed here, before there is a ticket of it. */
async function askTitle({ out, signal }: Session, key: string, usual: string): Promise<string> {
  if (out.isJson || !isSomebodyThere(out)) return usual;
  return (await ask(out, `${key} is new. What is it about? [${usual}] `, signal)) || usual;
}
