// What was asked, by whom, and what came of it: an event for each command (stream.md, "Commands").
import type { Tx } from '../platform/database/db.js';
import type { DomainError } from '../platform/errors.js';
import { appendEvent } from '../log/append-event.js';
import { asLine } from '../log/lines/line.js';
import { commandLine } from '../log/lines/stage-lines.js';
import type { Subject } from './outcome.js';

/** `run`: done, or rehearsed; `asked`: waits for its confirmation; `refused`: nothing changed. */
type What = 'run' | 'asked' | 'refused';

export interface Told {
  readonly actor: string;
  readonly text: string;
  readonly subject: Subject;
  /** In a line. */
  readonly result: string;
  readonly data?: object;
}

/** The line has room for the result, however long the text is. */
const MOST_OF_TEXT = 70;

export async function tellCommand(tx: Tx, what: What, { actor, text, subject, result, data }: Told): Promise<void> {
  const { ticket, project } = subject;
  await appendEvent(tx, {
    type: `command.${what}`,
    subject: 'command',
    actor,
    project: project?.id ?? null,
    ticket: ticket?.id ?? null,
    subticket: null,
    stage: ticket?.stage ?? stageOf(subject),
    version: null,
    line: asLine(commandLine(asLine(text, MOST_OF_TEXT), result)),
    link: ticket ? `/api/v1/ticket/${ticket.id}/` : null,
    data: { text, result, ...data },
  });
}

/** Only what there is: anybody can say any word. */
const stageOf = ({ project, stage }: Subject): string | null =>
  project?.stages.find(({ name }) => name === stage)?.name ?? null;

/** False for what isn't an answer to the command: nobody knows what came of it, or it was never looked at. */
export const isRefusal = ({ kind }: DomainError): boolean => !['unavailable', 'broken', 'timeout'].includes(kind);
