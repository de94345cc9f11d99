// Stands between one server and Postgres, where faults need it: cuts, silence, and the answer to a COMMIT that doesn't come, or comes later.
import net from 'node:net';
import { CommandTags } from './command-tags.mjs';

export class PostgresProxy {
  /** @type {Set<{client: net.Socket, postgres: net.Socket, held: Buffer[]}>} */
  #links = new Set();
  /** @type {'silent' | 'dark' | 'held' | undefined} */
  #fault;
  #server = net.createServer();
  /** Asked at each COMMIT's answer: true cuts the connection in its place. */
  cutsCommit = () => false;
  /** Hears what goes to Postgres, before it goes; true cuts the connection instead. @type {(chunk: Buffer, link: object) => boolean} */
  hearing = () => false;
  /** Answers that were lost. */
  lost = 0;
  port = 0;

  /** @param {{host: string, port: number}} real a socket folder, or an address */
  static async before(real) {
    const proxy = new PostgresProxy();
    proxy.#server.on('connection', (client) => proxy.#join(client, connectTo(real)));
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.#server.address().port;
    return proxy;
  }

  cutAll() {
    for (const link of this.#links) cut(link);
  }

  /** Nothing passes, and nobody is told. */
  goSilent() {
    this.#fault = 'silent';
  }

  /** Every connection is cut, new ones at once. */
  goDark() {
    this.#fault = 'dark';
    this.cutAll();
  }

  /** What is asked reaches Postgres, and its answers wait here until all is healed. */
  hold() {
    this.#fault = 'held';
  }

  heal() {
    if (this.#fault === 'silent') this.cutAll();
    this.#fault = undefined;
    for (const { client, held } of this.#links) for (const chunk of held.splice(0)) client.write(chunk);
  }

  #join(client, postgres) {
    if (this.#fault === 'dark') client.destroy();
    const link = { client, postgres, held: [] };
    const tags = new CommandTags();
    this.#links.add(link);
    for (const socket of [client, postgres]) {
      socket.setNoDelay?.(true);
      socket.on('error', () => undefined); // The other end's close tells.
      socket.on('close', () => {
        this.#links.delete(link);
        client.destroy();
        // What was sent reaches Postgres, which then reads the end of the connection.
        postgres.end();
      });
    }
    client.on('data', (chunk) => {
      if (this.#fault && this.#fault !== 'held') return;
      if (this.hearing(chunk, link)) cut(link);
      else postgres.write(chunk);
    });
    postgres.on('data', (chunk) => {
      if (this.#fault === 'held') return void link.held.push(chunk);
      if (this.#fault) return;
      const commits = tags.read(chunk).some((tag) => tag === 'COMMIT');
      if (!commits || !this.cutsCommit()) return void client.write(chunk);
      this.lost += 1;
      cut(link);
    });
  }

  async stop() {
    this.cutAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const connectTo = ({ host, port }) =>
  host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host);

function cut({ client, postgres }) {
  client.destroy();
  postgres.end();
}
