// Stands between a server and its Postgres and does what is asked of it: loses a statement, a COMMIT or their answers, cuts
// connections, lets nothing through, in silence or not, holds answers back. It counts the statements. Stories and `npm run torture`
// use the same one.
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ClientMessages } from './client-messages.js';
import { CommandTags } from './command-tags.js';

/** So much of what a connection sent is looked at, in bytes. */
const LONGEST_TRANSACTION = 1_000_000;

interface SocketAddress {
  /** A socket folder. */
  readonly host: string;
  readonly port: number;
}

/** A client's connection, and the one to Postgres that was made for it. */
class Link {
  /** The next answer cuts it. */
  losesAnswer = false;
  /** What was sent since the last BEGIN or COMMIT. */
  private sent = '';
  private readonly tags = new CommandTags();
  private readonly messages: ClientMessages;

  constructor(
    readonly client: net.Socket,
    readonly postgres: net.Socket,
    onStatement: (application: string) => void,
  ) {
    this.messages = new ClientMessages(onStatement);
  }

  /** Takes note of what the client sent. Answers the transaction's text where it sent its COMMIT. */
  hear(chunk: Buffer): string | undefined {
    if (chunk.includes('BEGIN')) this.sent = '';
    const all = this.sent + chunk.toString('latin1');
    const commits = chunk.includes('COMMIT');
    this.sent = commits ? '' : all.slice(-LONGEST_TRANSACTION);
    return commits ? all : undefined;
  }

  send(chunk: Buffer): void {
    this.messages.take(chunk);
    this.postgres.write(chunk);
  }

  hasCommitted(answer: Buffer): boolean {
    return this.tags.read(answer).includes('COMMIT');
  }

  cut(): void {
    this.client.destroy();
    // What was sent reaches Postgres, which then reads the end of the connection.
    this.postgres.end();
  }
}

export class PostgresProxy {
  private readonly links = new Set<Link>();
  private cutAfter: Buffer | undefined;
  private cutCommitOf: RegExp | undefined;
  private cutAfterCommitOf: RegExp | undefined;
  private fault: 'silent' | 'dark' | undefined;
  private readonly counts = new Map<string, number>();
  private holding: (() => void)[] | undefined;
  /** Asked at the answer to each COMMIT: true cuts the connection in its place. */
  cutsCommit: () => boolean = () => false;
  /** Hears what goes to Postgres, before it goes, and over which connection; true cuts that one instead. */
  hearing: (chunk: Buffer, link: object) => boolean = () => false;
  /** How many statements or answers were lost. */
  lost = 0;

  private constructor(
    /** Where to connect instead: a socket folder, with the port of the real one. */
    readonly host: string,
    private readonly server: net.Server,
  ) {}

  static async before(real: SocketAddress): Promise<PostgresProxy> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stampline-proxy-'));
    const server = net.createServer();
    const proxy = new PostgresProxy(folder, server);
    server.on('connection', (client) => proxy.join(client, net.connect(`${real.host}/.s.PGSQL.${real.port}`)));
    await new Promise<void>((resolve) => server.listen(path.join(folder, `.s.PGSQL.${real.port}`), resolve));
    return proxy;
  }

  /** The next time that these bytes go to Postgres, their answer doesn't come back. */
  loseAnswerTo(text: string): void {
    this.cutAfter = Buffer.from(text);
  }

  /** The next COMMIT of a transaction that sent such a text doesn't reach Postgres. */
  loseCommitOf(text: RegExp): void {
    this.cutCommitOf = text;
  }

  /** The next COMMIT of a transaction that sent such a text reaches Postgres, and its answer doesn't come back. */
  loseAnswerToCommitOf(text: RegExp): void {
    this.cutAfterCommitOf = text;
  }

  /** Every connection is cut; new ones are taken. */
  cutAll(): void {
    for (const link of this.links) link.cut();
  }

  /** From now on nothing passes, and nobody is told: connections stay, and new ones are taken. */
  goSilent(): void {
    this.fault = 'silent';
  }

  /** Every connection is cut, and new ones are as soon as they are made. */
  goDark(): void {
    this.fault = 'dark';
    this.cutAll();
  }

  /** As before; what was silent meanwhile is cut. */
  heal(): void {
    if (this.fault === 'silent') this.cutAll();
    this.fault = undefined;
  }

  /** How many statements connections of this application_name have sent so far. */
  statementsOf(application: string): number {
    return this.counts.get(application) ?? 0;
  }

  /** Answers that wait here. */
  get held(): number {
    return this.holding?.length ?? 0;
  }

  /** From now on statements arrive, and their answers wait here. */
  holdAnswers(): void {
    this.holding ??= [];
  }

  /** What was held back arrives now, and what comes next at once. */
  releaseAnswers(): void {
    const held = this.holding ?? [];
    this.holding = undefined;
    for (const send of held) send();
  }

  private join(client: net.Socket, postgres: net.Socket): void {
    const count = (application: string): void => void this.counts.set(application, this.statementsOf(application) + 1);
    const link = new Link(client, postgres, count);
    this.links.add(link);
    for (const socket of [client, postgres]) {
      socket.on('error', () => undefined); // The other end's close tells.
      socket.on('close', () => {
        this.links.delete(link);
        link.cut();
      });
    }
    if (this.fault === 'dark') client.destroy();
    client.on('data', (chunk) => {
      if (!this.fault) this.ask(link, chunk);
    });
    postgres.on('data', (chunk) => {
      if (!this.fault && !client.destroyed) this.answer(link, chunk);
    });
  }

  private ask(link: Link, chunk: Buffer): void {
    const committed = link.hear(chunk);
    if (committed !== undefined && this.cutCommitOf?.test(committed)) {
      this.cutCommitOf = undefined;
      return this.lose(link);
    }
    if (this.hearing(chunk, link)) return link.cut();
    if (committed !== undefined && this.cutAfterCommitOf?.test(committed)) {
      this.cutAfterCommitOf = undefined;
      link.losesAnswer = true;
    }
    link.send(chunk);
    if (!this.cutAfter || !chunk.includes(this.cutAfter)) return;
    this.cutAfter = undefined;
    link.losesAnswer = true;
  }

  private answer(link: Link, chunk: Buffer): void {
    const isLost = link.losesAnswer || (link.hasCommitted(chunk) && this.cutsCommit());
    if (isLost) this.lose(link);
    else if (this.holding) this.holding.push(() => link.client.write(chunk));
    else link.client.write(chunk);
  }

  private lose(link: Link): void {
    this.lost += 1;
    link.cut();
  }

  async stop(): Promise<void> {
    for (const { client, postgres } of this.links) for (const socket of [client, postgres]) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await fs.rm(this.host, { recursive: true, force: true });
  }
}
