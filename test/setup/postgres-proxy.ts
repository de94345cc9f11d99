// Stands between a server and its Postgres and, when told to, loses a statement or its answer, and cuts both ends of the
// connection; or lets nothing through, in silence or not, until it is healed; or holds answers back. It counts the statements.
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** So much of what a connection sent is looked at, in bytes. */
const LONGEST_TRANSACTION = 1_000_000;

interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** What a client sends, message by message: who it is (the startup message), and each statement that it has executed. */
class Messages {
  private rest: Buffer = Buffer.alloc(0);
  private application: string | undefined;

  constructor(private readonly onStatement: (application: string) => void) {}

  take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      // The startup message has no type before its length.
      const typed = this.application === undefined ? 0 : 1;
      if (this.rest.length < typed + 4) return;
      const length = typed + this.rest.readUInt32BE(typed);
      if (this.rest.length < length) return;
      this.read(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
    }
  }

  private read(message: Buffer): void {
    if (this.application === undefined) {
      const words = message.subarray(8).toString().split('\0');
      this.application = words[words.indexOf('application_name') + 1] ?? '';
    } else if (['E', 'Q'].includes(String.fromCharCode(message[0] ?? 0))) {
      this.onStatement(this.application);
    }
  }
}

export class PostgresProxy {
  /** Where to connect instead: a socket folder, with the port of the real one. */
  readonly host: string;
  private readonly sockets = new Set<net.Socket>();
  private cutAfter: Buffer | undefined;
  private cutCommitOf: RegExp | undefined;
  private cutAfterCommitOf: RegExp | undefined;
  private fault: 'silent' | 'dark' | undefined;
  private readonly counts = new Map<string, number>();
  private holding: (() => void)[] | undefined;
  /** How many statements or answers were lost. */
  lost = 0;

  private constructor(
    folder: string,
    private readonly server: net.Server,
  ) {
    this.host = folder;
  }

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

  /** From now on nothing passes, and nobody is told: connections stay, and new ones are taken. */
  goSilent(): void {
    this.fault = 'silent';
  }

  /** Every connection is cut, and new ones are as soon as they are made. */
  goDark(): void {
    this.fault = 'dark';
    for (const socket of this.sockets) socket.destroy();
  }

  /** As before; what was silent meanwhile is cut. */
  heal(): void {
    if (this.fault === 'silent') for (const socket of this.sockets) socket.destroy();
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
    let cut = false;
    let sent = '';
    const messages = new Messages((application) => this.counts.set(application, this.statementsOf(application) + 1));
    if (this.fault === 'dark') client.destroy();
    for (const socket of [client, postgres]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined); // The other end's close tells.
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        // What was sent reaches Postgres, which then reads the end of the connection.
        postgres.end();
      });
    }
    client.on('data', (chunk) => {
      if (this.fault) return;
      if (chunk.includes('BEGIN')) sent = '';
      sent += chunk.toString('latin1');
      if (chunk.includes('COMMIT')) {
        const isLost = this.cutCommitOf?.test(sent) === true;
        if (this.cutAfterCommitOf?.test(sent) === true) {
          this.cutAfterCommitOf = undefined;
          cut = true;
        }
        sent = '';
        if (isLost) {
          this.cutCommitOf = undefined;
          this.lost += 1;
          client.destroy();
          return;
        }
      }
      sent = sent.slice(-LONGEST_TRANSACTION);
      messages.take(chunk);
      postgres.write(chunk);
      if (!this.cutAfter || !chunk.includes(this.cutAfter)) return;
      this.cutAfter = undefined;
      cut = true;
    });
    postgres.on('data', (chunk) => {
      if (this.fault) return;
      if (!cut && this.holding) return void this.holding.push(() => client.write(chunk));
      if (!cut) return void client.write(chunk);
      this.lost += 1;
      client.destroy();
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await fs.rm(this.host, { recursive: true, force: true });
  }
}
