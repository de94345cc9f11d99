// Finds what a command is about: the ticket that it names, or the one in whose place it was given; else the project.
import { Injectable } from '@nestjs/common';
import { NamedProjects } from '../projects/stages/named-stage.js';
import type { Sql } from '../platform/database/statement.js';
import { type DomainError, invalid, notFound } from '../platform/errors.js';
import { KeyReader } from '../rest/reading/key-reader.js';
import { parseReference } from '../rest/writing/reference.js';
import { grammarOf } from './grammar.js';
import type { Spoken, Subject } from './outcome.js';
import type { Command } from './parse-command.js';
import { quoted } from '../platform/redact.js';

@Injectable()
export class FindSubject {
  constructor(
    private readonly keys: KeyReader,
    private readonly projects: NamedProjects,
  ) {}

  /** Rejects with not_found; invalid `command.no_ticket`; conflict where several projects have the key. */
  async of(sql: Sql, command: Command, { ticket: place, project: usual }: Spoken): Promise<Subject> {
    const { takes, usage } = grammarOf(command.verb);
    const name = command.project ?? usual;
    if (takes.includes('ticket')) return this.ticket(sql, command.ticket ?? place, name, usage);
    if (!takes.includes('stage')) return {};
    const project = await this.projects.of(name === undefined ? {} : { project: name }, sql);
    return { project, ...(command.stage === undefined ? {} : { stage: command.stage }) };
  }

  /** A project alone; nothing where it is gone. */
  async ofProject(id: number): Promise<Subject> {
    const project = await this.projects.withId(id).catch(() => undefined);
    return project ? { project } : {};
  }

  private async ticket(
    sql: Sql,
    text: string | undefined,
    project: string | undefined,
    usage: string,
  ): Promise<Subject> {
    if (text === undefined) throw invalid('command.no_ticket', `Name the ticket: ${usage}`);
    const reference = parseReference(text, 'ticket');
    const id = typeof reference === 'string' ? await this.keys.find(reference, project, sql) : reference;
    if (id === undefined) throw unknown(text);
    const [found] = await sql.run<{ key: string; stage: string | null; project_id: number }>({
      name: 'command_ticket',
      text: 'SELECT key, stage, project_id FROM ticket WHERE id = $1',
      values: [id],
    });
    if (!found) throw unknown(text);
    const { key, stage } = found;
    return { ticket: { id, key, stage }, project: await this.projects.withId(found.project_id, sql) };
  }
}

const unknown = (text: string): DomainError => notFound(`There is no ticket '${quoted(text, 100)}'.`);
