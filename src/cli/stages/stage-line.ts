// The stages of a project as the command sees them: which comes next, which is production.
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Session } from '../session/session.js';
import type { Ticket } from '../tickets/ticket-name.js';
import type { Stage } from './shapes.js';

/** In order; the last one is production. */
export type StageOrder = readonly Stage[];

/** By the project's name or id. Rejects with Refusal 404. */
export async function readStages({ server }: Session, project: string): Promise<StageOrder> {
  const { objects } = await server.of(server.api.GET('/api/v1/stage/', { params: { query: { project } } }));
  return objects;
}

/** Of the ticket's own project, whatever the settings say. */
export const stagesOf = (session: Session, { project }: Ticket): Promise<StageOrder> =>
  readStages(session, /\/(\d+)\/$/.exec(project)?.[1] ?? project);

export const firstOf = (line: StageOrder): Stage => line[0] as Stage;
export const productionOf = (line: StageOrder): Stage => line.at(-1) as Stage;
export const after = (line: StageOrder, name: string | null): Stage | undefined =>
  line[line.findIndex((stage) => stage.name === name) + 1];
export const before = (line: StageOrder, name: string | null): Stage | undefined =>
  line[line.findIndex((stage) => stage.name === name) - 1];

/** Rejects with notFound. */
export function stageNamed(line: StageOrder, name: string): Stage {
  const stage = line.find((one) => one.name === name);
  if (stage) return stage;
  const names = line.map((one) => one.name).join(', ');
  throw new CliError(
    `Unknown stage '${name}' in ${line[0]?.project ?? 'the project'}. Known: ${names}.`,
    EXIT.notFound,
  );
}
