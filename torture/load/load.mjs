// The load of a fault: clients that write and read tickets, two that bring modules to production, and readers of the stream.
import { Client } from './client.mjs';
import { History } from './history.mjs';
import { publish } from './publisher.mjs';
import { numbersFrom } from './random.mjs';
import { StreamReader } from './stream-reader.mjs';
import { Tickets, writeTickets } from './tickets.mjs';

const READERS = 2;

export class Load {
  history = new History();
  #over = new AbortController();
  #clients = [];
  #running = [];

  /**
   * @param {() => string} base where the proxy is
   * @param {{clients: number, seed: number, publishers?: number, bytes?: number}} options `bytes` of an uploaded file
   */
  constructor(base, options) {
    this.base = base;
    this.options = options;
  }

  async start() {
    const { clients, seed, publishers = 2, bytes = 2000 } = this.options;
    const tickets = new Tickets();
    await tickets.prepare(this.#client('setup', seed));
    this.readers = Array.from({ length: READERS }, () => new StreamReader(this.base));
    for (let n = 0; n < clients; n += 1) {
      const client = this.#client(`client-${n}`, seed + n + 1);
      this.#running.push(n < publishers ? publish(client, { bytes }) : writeTickets(tickets, client));
    }
    this.history.succeeded();
  }

  #client(name, seed) {
    const { base, history } = this;
    const client = new Client({ base, history, name, random: numbersFrom(seed), over: this.#over.signal });
    this.#clients.push(client);
    return client;
  }

  /** Nothing new is begun, and what is open gets its answer. */
  async stop() {
    this.history.close();
    this.#over.abort();
    await Promise.all(this.#running);
    for (const client of this.#clients) client.close();
  }
}
