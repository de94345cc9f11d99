// promises.md, 11: a backup is taken beside a server under load, and restored elsewhere: what was answered before it began is
// there, and all that must hold does. A restore refuses whatever it can't do whole, and leaves nothing then.
import fs from 'node:fs';
import path from 'node:path';
import { formOf } from '../builders/modules.js';
import {
  call,
  endAll,
  eventually,
  newFolder,
  PROCESS_MS,
  type ServerProcess,
  startServer,
} from '../process/server-process.js';
import { faultsOf, newTicket, startWriters } from '../process/status-writers.js';
import { stampline } from './stampline.js';

afterAll(endAll);

interface Module {
  readonly path: string;
  readonly text: string;
}

/** Uploads a module to a ticket of its own and brings it to production, again and again. */
function startPromoters(base: string, count: number): { released: Module[]; stop: () => Promise<unknown> } {
  const released: Module[] = [];
  let over = false;
  const promote = async (promoter: number): Promise<void> => {
    for (let number = 0; !over; number++) {
      const { body } = await call(base, 'POST', '/api/v1/ticket/', { title: `Release ${promoter}.${number}` });
      const url = `/api/v1/ticket/${body.id as number}/`;
      const text = `export default "${promoter}.${number}";`;
      const form = formOf({ specifier: `app-${promoter}-${number}` }, { 'app.js': text });
      const reply = await fetch(`${base}${url}modules/`, { method: 'POST', body: form });
      const { modules } = (await reply.json()) as { modules: { url: string }[] };
      for (const _stage of ['qa', 'prod']) await call(base, 'POST', `${url}promote/`);
      released.push({ path: new URL(modules[0]?.url ?? '').pathname, text });
    }
  };
  const promoters = Array.from({ length: count }, (_, promoter) => promote(promoter));
  return {
    released,
    stop: () => {
      over = true;
      return Promise.all(promoters);
    },
  };
}

const textAt = async (url: string): Promise<string> => (await fetch(url)).text();

async function mapOf(server: ServerProcess): Promise<string> {
  return textAt(`${server.base}/import-map.json`);
}

async function started(data: string): Promise<ServerProcess> {
  const server = startServer({ STAMPLINE_DATA: data });
  await server.ready;
  return server;
}

async function ended(server: ServerProcess): Promise<void> {
  server.kill('SIGINT');
  await server.ended;
}

describe('a backup that was taken under load', () => {
  const folder = newFolder();
  const [data, file, elsewhere] = ['data', 'backup.tgz', 'elsewhere'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];

  it(
    'holds what was answered before it began, and nothing by halves',
    async () => {
      const server = await started(data);
      const ticket = await newTicket(server.base);
      const writers = startWriters(() => server.base, ticket);
      const promoters = startPromoters(server.base, 2);
      await writers.more(100);
      await eventually('some releases', () => promoters.released.length > 3);
      const before = [...promoters.released];
      const answered = writers.acknowledged();
      const ran = await stampline(['backup', file], { STAMPLINE_DATA: data });
      expect(ran).toMatchObject({
        code: 0,
        out: '',
        err: expect.stringMatching(/: everything that was committed by .* rows, /),
      });
      expect(fs.statSync(file).mode & 0o777).toBe(0o600);
      await writers.more(20);
      const account = await writers.stop();
      await promoters.stop();
      await ended(server);

      const restored = await stampline(['restore', file], { STAMPLINE_DATA: elsewhere });
      expect(restored).toMatchObject({
        code: 0,
        err: '',
        out: expect.stringMatching(/^Restored everything that was committed by /),
      });
      const other = await started(elsewhere);
      const known = { acknowledged: account.acknowledged.slice(0, answered), refusals: [] };
      expect(await faultsOf(other.base, ticket, known)).toEqual([]);
      const map = await mapOf(other);
      for (const { path: place, text } of before) {
        expect(map).toContain(place);
        expect(await textAt(other.base + place)).toBe(text);
      }
      // And it goes on where it was: no id, version or number is given again.
      expect((await call(other.base, 'PATCH', `/api/v1/updateticketstatus/${ticket}/`, { status: 0 })).status).toBe(
        202,
      );
      expect(await newTicket(other.base)).toBeGreaterThan(ticket + before.length);
      const verified = await stampline(['verify'], { STAMPLINE_DATA: elsewhere });
      expect(verified).toMatchObject({ code: 0, err: '' });
      expect(verified.out).not.toMatch(/WRONG/);
      await ended(other);
    },
    2 * PROCESS_MS,
  );

  it(
    'is restored into nothing that is used, or that has something',
    async () => {
      const used = await stampline(['restore', file], { STAMPLINE_DATA: elsewhere });
      expect(used).toMatchObject({
        code: 1,
        err: expect.stringMatching(/is not empty: it has .* of event.*STAMPLINE_DATA=<folder>/),
      });
      const fresh = path.join(folder, 'fresh');
      const server = await started(fresh);
      const beside = await stampline(['restore', file], { STAMPLINE_DATA: fresh });
      expect(beside).toMatchObject({ code: 1, err: expect.stringContaining('Another Stampline server uses the data') });
      await ended(server);
      // What a first start makes is nothing yet.
      expect(await stampline(['restore', file], { STAMPLINE_DATA: fresh })).toMatchObject({ code: 0 });
    },
    PROCESS_MS,
  );

  it(
    'that was cut off or changed is refused before anything is touched',
    async () => {
      const whole = fs.readFileSync(file);
      const flipped = Buffer.from(whole);
      flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 1;
      const broken = {
        cut: whole.subarray(0, whole.length - 20),
        half: whole.subarray(0, whole.length >> 1),
        flipped,
        other: Buffer.from('{}'),
      };
      const nowhere = path.join(folder, 'nowhere');
      for (const [name, bytes] of Object.entries(broken)) {
        fs.writeFileSync(path.join(folder, name), bytes);
        const ran = await stampline(['restore', path.join(folder, name)], { STAMPLINE_DATA: nowhere });
        expect(ran).toMatchObject({
          code: 1,
          err: expect.stringMatching(/can't be restored\. It (ends too early|is not a backup)/),
        });
      }
      expect(fs.existsSync(nowhere)).toBe(false);
      expect(await stampline(['restore', '--check', file], {})).toMatchObject({
        code: 0,
        out: expect.stringContaining('is complete'),
      });
    },
    PROCESS_MS,
  );

  it('does not write over a file', async () => {
    const ran = await stampline(['backup', file], { STAMPLINE_DATA: data });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('exists already') });
  });
});
