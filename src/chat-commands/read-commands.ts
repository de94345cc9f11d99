// Commands that change nothing: where a ticket is, why it can't go on, which tickets there are, what one can say.
import { Injectable } from '@nestjs/common';
import { holdOf } from '../promotion/holds/held-rows.js';
import { type NamedProject, stageOf } from '../projects/stages/named-stage.js';
import { ReadWhy, type Why } from '../promotion/why/read-why.js';
import type { Tx } from '../platform/database/db.js';
import { ObjectReader } from '../rest/reading/object-reader.js';
import { resourceNamed, uriOf } from '../rest/resource.js';
import { FAILED, STEP_NAMES, statusText } from '../workflow/steps.js';
import { grammarOf, VERBS } from './grammar.js';
import type { Outcome, Speaker } from './outcome.js';
import type { Command } from './parse-command.js';
import { heldSummary } from './ticket-commands.js';

interface Listed {
  id: number;
  key: string;
  title: string;
  stage: string | null;
  step: number;
  status: number;
  version: number;
  closed: boolean;
  total: number;
}

/** A list names some; the API has them all. */
const MOST = 50;
const COLUMNS = `t.id, t.key, COALESCE(t.title, '') AS title, t.stage, t.current_workflow_step AS step, t.status, t.version,
  t.closed_at IS NOT NULL AS closed`;

@Injectable()
export class ReadCommands {
  constructor(
    private readonly objects: ObjectReader,
    private readonly reasons: ReadWhy,
  ) {}

  async status(tx: Tx, id: number): Promise<Outcome> {
    const [row] = await tx.run<Listed>({
      name: 'command_status',
      text: `SELECT ${COLUMNS}, 1 AS total FROM ticket t WHERE t.id = $1`,
      values: [id],
    });
    const object = await this.objects.read(resourceNamed('ticket'), id, tx);
    const hold = await holdOf(tx, { ticket: id });
    const result = { ...(JSON.parse(object?.body ?? '{}') as object), hold: hold ?? null };
    const key = row?.key ?? '';
    return { lines: [...(row ? [lineOf(row)] : []), ...(hold ? [heldSummary(key, hold)] : [])], result };
  }

  async why(tx: Tx, id: number, { base }: Speaker): Promise<Outcome> {
    const why = await this.reasons.run(id, base, undefined, tx);
    const against = why.verdicts.filter(({ verdict }) => !verdict.startsWith('pass'));
    const lines = against.flatMap(({ policy, summary, next_actions }) => [
      `${policy}: ${summary}`,
      ...next_actions.map(({ label, command }) => `${label}: ${command}`),
    ]);
    return { lines: [whyLine(why, against.length), ...lines], result: why };
  }

  async list(tx: Tx, project: NamedProject, { stage: name }: Command): Promise<Outcome> {
    const stage = name === undefined ? undefined : stageOf(project, name).name;
    const which = stage === undefined ? `t.current_workflow_step < ${FAILED}` : 't.stage = $2';
    const rows = await tx.run<Listed>({
      text: `SELECT ${COLUMNS}, count(*) OVER ()::int AS total FROM ticket t
        WHERE t.project_id = $1 AND t.closed_at IS NULL AND ${which} ORDER BY t.id DESC LIMIT ${MOST}`,
      values: stage === undefined ? [project.id] : [project.id, stage],
    });
    const total = rows[0]?.total ?? 0;
    const where = stage === undefined ? `open in ${project.name}` : `at ${stage} of ${project.name}`;
    const tickets = rows.map(({ id, key, title, stage: at, step, status, version }) => ({
      ticket: uriOf(resourceNamed('ticket'), id),
      key,
      title,
      stage: at,
      current_workflow_step: String(step),
      status: statusText(status),
      version,
    }));
    const result = { project: project.name, stage: stage ?? null, total_count: total, tickets };
    return { lines: [`${total} ${total === 1 ? 'ticket' : 'tickets'} ${where}`, ...rows.map(lineOf)], result };
  }

  help({ about }: Command): Outcome {
    const verbs = (about ? [about] : VERBS).map((verb) => ({ verb, ...grammarOf(verb) }));
    const lines = verbs.map(({ usage, about: text }) => `${usage}: ${text}`);
    return { lines, result: { commands: verbs.map(({ verb, usage, about: text }) => ({ verb, usage, about: text })) } };
  }
}

/** `TKT-1 at qa, step 400 (Image Testing), status 005: Fix the menu` */
function lineOf({ key, stage, step, status, closed, title }: Listed): string {
  const where = stage === null ? '' : ` at ${stage},`;
  const work = `step ${step} (${STEP_NAMES.get(step) ?? ''}), status ${statusText(status)}`;
  return `${key}${closed ? ' (closed)' : ''}${where} ${work}${title ? `: ${title}` : ''}`;
}

function whyLine(why: Why, against: number): string {
  const { key, stage, closed, next_stage: next, promotable } = why;
  if (promotable) return `${key} can be promoted to ${next}: promote ${key}`;
  if (closed) return `${key} is closed: reopen ${key}`;
  if (stage === null) return `${key} has no modules yet`;
  if (next === null) return `${key} is at ${stage}, the last stage`;
  return `${against} ${against === 1 ? 'policy keeps' : 'policies keep'} ${key} from ${next}`;
}
