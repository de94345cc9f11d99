// A command from its text to its answer: parsed, run in one transaction with its event, confirmed where it changes production.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PointerOf } from '../import-maps/stages/production-writers.js';
import { RunVerb } from '../import-maps/stages/run-verb.js';
import { Db, type Tx } from '../platform/database/db.js';
import { DomainError } from '../platform/errors.js';
import { requireReach, toldTo } from '../platform/principal.js';
import type { WriteAnswer } from '../rest/writing/idempotency.js';
import { isRefusal, tellCommand } from './command-log.js';
import { type Confirmation, Confirmations } from './confirmations.js';
import { FindSubject } from './find-subject.js';
import { grammarOf } from './grammar.js';
import type { Outcome, Speaker, Spoken, Subject } from './outcome.js';
import { type Command, parseCommand } from './parse-command.js';
import { PerformCommand } from './perform-command.js';

export interface Said extends Spoken, Speaker {
  /** Does all of it, and keeps none. */
  readonly dryRun: boolean;
}

/** What became clear on the way, for the event of a refusal. */
interface Heard {
  spoken: Spoken;
  subject: Subject;
  /** What was confirmed. */
  confirmed?: string;
  refusal?: DomainError;
}

@Injectable()
export class RunCommand {
  constructor(
    private readonly db: Db,
    private readonly verbs: RunVerb,
    private readonly subjects: FindSubject,
    private readonly performing: PerformCommand,
    private readonly confirmations: Confirmations,
  ) {}

  /** Rejects with invalid `command.…`, and with whatever the use case refuses with. A refusal has an event of its own. */
  async run(request: FastifyRequest, reply: FastifyReply, said: Said): Promise<void> {
    let heard: Heard = { spoken: said, subject: {} };
    const work = (tx: Tx): Promise<WriteAnswer> => {
      heard = { spoken: said, subject: {} };
      return this.attempt(tx, said, heard);
    };
    try {
      const pointer = await this.pointerOf(said);
      await this.verbs.run(request, reply, work, pointer ? { pointer } : {});
    } catch (error) {
      const { refusal } = heard;
      if (refusal && error === refusal && isRefusal(refusal)) await this.tellRefusal(said, heard, refusal);
      throw error;
    }
  }

  /**
   * Production's pointer, for what may move it. Looked at before there is a transaction, so that nobody waits for a turn with a
   * connection in hand; whatever is wrong is said in the transaction.
   */
  private async pointerOf(said: Said): Promise<PointerOf | undefined> {
    try {
      let [spoken, command]: [Spoken, Command] = [said, parseCommand(said.text)];
      if (command.confirmation !== undefined) {
        spoken = (await this.confirmations.asked(this.db, command.confirmation, said.actor)) ?? said;
        command = parseCommand(spoken.text);
      }
      if (!grammarOf(command.verb).flips) return undefined;
      const { project } = await this.subjects.of(this.db, command, spoken);
      return project && { project: project.id };
    } catch (error) {
      if (error instanceof DomainError && error.kind !== 'unavailable') return undefined;
      throw error;
    }
  }

  private async attempt(tx: Tx, said: Said, heard: Heard): Promise<WriteAnswer> {
    try {
      return await this.inTransaction(tx, said, heard);
    } catch (error) {
      if (error instanceof DomainError) heard.refusal = error;
      throw error;
    }
  }

  private async inTransaction(tx: Tx, said: Said, heard: Heard): Promise<WriteAnswer> {
    const before = await tx.savepoint();
    const command = await this.hear(tx, said, heard);
    const { spoken, confirmed } = heard;
    heard.subject = await this.subjects.of(tx, command, spoken);
    if (heard.subject.project) requireReach(said.principal.reach, heard.subject.project);
    const outcome = await this.performing.run(tx, command, heard.subject, said, spoken.release);
    const waits = outcome.production === true && confirmed === undefined && !said.dryRun;
    if (!waits && !said.dryRun) return this.done(tx, said, command, heard, outcome);
    await before.undo();
    return waits ? this.ask(tx, said, command, heard, outcome) : this.rehearsed(tx, said, command, heard, outcome);
  }

  /** The command; for a confirmation, the one that was asked. */
  private async hear(tx: Tx, said: Said, heard: Heard): Promise<Command> {
    const command = parseCommand(said.text);
    if (command.verb !== 'confirm' || command.confirmation === undefined) return command;
    heard.spoken = await this.confirmations.take(tx, command.confirmation, said.actor);
    heard.confirmed = command.confirmation;
    return parseCommand(heard.spoken.text);
  }

  private async done(tx: Tx, said: Said, { verb }: Command, heard: Heard, outcome: Outcome): Promise<WriteAnswer> {
    const { spoken, subject, confirmed } = heard;
    const data = { command: verb, ...(confirmed === undefined ? {} : { confirmed }) };
    await tellCommand(tx, 'run', { actor: said.actor, text: spoken.text, subject, result: firstLine(outcome), data });
    const { lines, result } = outcome;
    const body = JSON.stringify({ text: said.text, command: verb, ok: true, lines, result });
    return { status: 200, body };
  }

  private async rehearsed(tx: Tx, said: Said, { verb }: Command, heard: Heard, outcome: Outcome): Promise<WriteAnswer> {
    const result = `dry run: ${firstLine(outcome)}`;
    const data = { command: verb, dry_run: true };
    await tellCommand(tx, 'run', { actor: said.actor, text: heard.spoken.text, subject: heard.subject, result, data });
    const { lines, result: view } = outcome;
    const body = JSON.stringify({ text: said.text, command: verb, ok: true, lines, result: view, dry_run: true });
    return { status: 200, body };
  }

  private async ask(tx: Tx, said: Said, { verb }: Command, heard: Heard, outcome: Outcome): Promise<WriteAnswer> {
    const confirm = await this.confirmations.ask(tx, said.principal, { ...heard.spoken, release: outcome.release });
    const result = `waits for its confirmation until ${confirm.expires_at.slice(11, 19)} UTC`;
    const data = { command: verb, confirm: confirm.id };
    await tellCommand(tx, 'asked', { actor: said.actor, text: said.text, subject: heard.subject, result, data });
    return { status: 202, body: asked(said.text, verb, outcome, confirm) };
  }

  /** Where the speaker's token reaches: nobody puts words into the history of a ticket that they can't see. */
  private async tellRefusal(said: Said, heard: Heard, refusal: DomainError): Promise<void> {
    const { confirmed } = heard;
    const { spoken, subject } = await this.requireTokenReach(said, heard);
    const { code, message } = toldTo(said.principal.reach, refusal);
    await this.db.transaction(async (tx) => {
      // A token that may not do it hasn't answered for its owner's others.
      if (confirmed !== undefined && !said.dryRun && refusal.kind !== 'forbidden')
        await this.confirmations.forget(tx, confirmed, said.actor);
      await tellCommand(tx, 'refused', {
        actor: said.actor,
        text: spoken.text,
        subject,
        result: message,
        data: { code, ...(said.dryRun ? { dry_run: true } : {}) },
      });
    });
  }

  /** What was confirmed was said in its own project; elsewhere stands who confirmed it. */
  private async requireTokenReach(said: Said, { spoken, subject }: Heard): Promise<Pick<Heard, 'spoken' | 'subject'>> {
    const { reach } = said.principal;
    if (!reach || (subject.project && reach.has(subject.project.id))) return { spoken, subject };
    const [own] = [...reach.keys()].sort((one, other) => one - other);
    return { spoken: said, subject: own === undefined ? {} : await this.subjects.ofProject(own) };
  }
}

const firstLine = ({ lines }: Outcome): string => lines[0] ?? '';

/** What it would do, and what to say so that it does. */
function asked(text: string, command: string, { lines, result }: Outcome, confirm: Confirmation): string {
  const question = `This changes production. Within 60 seconds, send: ${confirm.text}`;
  return JSON.stringify({ text, command, ok: false, lines: [question, ...lines], result, confirm });
}
