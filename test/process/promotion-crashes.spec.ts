// import-maps.md, 4, and promises.md, 1: server and Postgres are killed with -9 while eight clients promote and revert. What
// starts again serves a production map that is the fold of what was acknowledged, in the order of its releases.
import { call, endAll, killPostgresOf, newFolder, PROCESS_MS, startServer } from './server-process.js';

afterAll(endAll);

const KEYS = 12;
const CLIENTS = 8;

/** A flip that was answered 2xx: the release that it made, and what it did to which key. */
interface Flip {
  readonly release: number;
  readonly ticket: number;
  readonly verb: 'promote' | 'revert';
  readonly specifier: string;
  readonly url: string;
}

class Promoters {
  readonly acknowledged: Flip[] = [];
  readonly faults: string[] = [];
  private over = false;
  private made = 0;
  private readonly running: Promise<void>[];

  constructor(private readonly base: () => string) {
    this.running = Array.from({ length: CLIENTS }, (_, client) => this.run(client));
  }

  /** Each client has keys of its own, so that nobody is in anybody's way; every third ticket is reverted. */
  private async run(client: number): Promise<void> {
    while (!this.over) {
      const number = ++this.made;
      const specifier = `module-${client}-${number % KEYS}`;
      const url = `https://cdn.example/${specifier}/${number}.js`;
      const ticket = (await this.post('/api/v1/ticket/', { title: specifier }))?.id as number | undefined;
      if (ticket === undefined) continue;
      if (!(await this.post(`/api/v1/ticket/${ticket}/modules/`, { specifier, url }))) continue;
      if (!(await this.post(`/api/v1/ticket/${ticket}/promote/`))) continue;
      if (!(await this.flip('promote', ticket, specifier, url)) || number % 3 > 0) continue;
      await this.flip('revert', ticket, specifier, url);
    }
  }

  private async flip(verb: Flip['verb'], ticket: number, specifier: string, url: string): Promise<boolean> {
    const answer = await this.post(`/api/v1/ticket/${ticket}/${verb}/`);
    if (answer) this.acknowledged.push({ release: answer.release as number, ticket, verb, specifier, url });
    return answer !== undefined;
  }

  private async post(url: string, body: object = {}): Promise<Record<string, unknown> | undefined> {
    const reply = await call(this.base(), 'POST', url, body);
    if (reply.status >= 200 && reply.status < 300) return reply.body;
    if (reply.status !== 0 && reply.status !== 503) this.faults.push(`${url} ${reply.status} ${reply.body.code}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return undefined;
  }

  async more(count: number): Promise<void> {
    for (const goal = this.acknowledged.length + count; this.acknowledged.length < goal;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    this.over = true;
    await Promise.all(this.running);
  }
}

interface Release {
  number: number;
  kind: string;
  ticket: string | null;
}

async function releasesOf(base: string): Promise<Release[]> {
  const all: Release[] = [];
  for (let offset = 0; ; offset += 1000) {
    const page = await call(base, 'GET', `/api/v1/release/?limit=1000&offset=${offset}&order_by=number`);
    all.push(...(page.body.objects as Release[]));
    if (!page.body.meta.next) return all;
  }
}

/** What the acknowledged flips make of the map, and the releases whose answer was lost: those may or may not be asked of. */
function expectedMap(flips: readonly Flip[]): Map<string, string> {
  const layers = new Map<number, Flip>();
  for (const flip of [...flips].sort((one, other) => one.release - other.release)) {
    if (flip.verb === 'promote') layers.set(flip.ticket, flip);
    else layers.delete(flip.ticket);
  }
  return new Map([...layers.values()].map(({ specifier, url }) => [specifier, url]));
}

it(
  'production is the fold of the acknowledged promotions after server and Postgres were killed',
  async () => {
    const folder = newFolder();
    let server = startServer({ STAMPLINE_DATA: folder });
    await server.ready;
    const promoters = new Promoters(() => server.base);
    for (const victims of ['server', 'both'] as const) {
      await promoters.more(60);
      if (victims === 'both') killPostgresOf(folder);
      server.kill('SIGKILL');
      await server.ended;
      server = startServer({ STAMPLINE_DATA: folder });
      await server.ready;
    }
    await promoters.more(40);
    await promoters.stop();
    expect(promoters.faults).toEqual([]);

    const releases = await releasesOf(server.base);
    expect(releases.map(({ number }) => number)).toEqual(releases.map((_, index) => index));
    const acknowledged = new Set(promoters.acknowledged.map(({ release }) => release));
    expect(acknowledged.size).toBe(promoters.acknowledged.length);
    const known = new Set(releases.map(({ number }) => number));
    expect([...acknowledged].filter((release) => !known.has(release))).toEqual([]);

    // Flips whose answer was cut off did happen: who made them is told by the release, not by the client.
    const tickets = new Set(
      releases.filter(({ number }) => number > 0 && !acknowledged.has(number)).map(({ ticket }) => ticket),
    );
    const { imports } = (await call(server.base, 'GET', '/import-map.json')).body as {
      imports: Record<string, string>;
    };
    const unsure = new Set<string>();
    for (const uri of tickets) {
      const { body } = await call(server.base, 'GET', uri ?? '');
      unsure.add(body.title as string);
    }
    expect(unsure.size).toBeLessThanOrEqual(2 * CLIENTS);
    const expected = expectedMap(promoters.acknowledged);
    const compared = [...new Set([...Object.keys(imports), ...expected.keys()])].filter((key) => !unsure.has(key));
    expect(compared.length).toBeGreaterThan(20);
    expect(compared.map((key) => [key, imports[key]])).toEqual(compared.map((key) => [key, expected.get(key)]));
  },
  2 * PROCESS_MS,
);
