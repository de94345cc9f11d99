// import-maps.md, 2, and promises.md, 1: a server is killed with -9 in the middle of uploads. What was answered is there, byte
// by byte; what wasn't leaves, after the clean-up, nothing behind.
import fs from 'node:fs/promises';
import path from 'node:path';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { formOf, hashOf } from '../builders/modules.js';
import { createTestDatabase, startTestServer } from '../setup/test-server.js';
import { call, endAll, newFolder, PROCESS_MS, startServer } from './server-process.js';

const CLIENTS = 6;

afterAll(endAll);

/** Contents by the URL that an upload was answered with. */
async function uploadUntilKilled(base: string, answered: Map<string, string>, enough: () => void): Promise<void> {
  const ticket = (await call(base, 'POST', '/api/v1/ticket/', { title: 'Uploads' })).body.id as number;
  for (let number = 0; ; number++) {
    const text = `export default "${ticket} ${number}"; // ${'x'.repeat(20_000)}`;
    const form = formOf({ name: `package-${ticket}` }, { 'index.js': text, 'same.js': 'export {};' });
    try {
      const reply = await fetch(`${base}/api/v1/ticket/${ticket}/modules/`, { method: 'POST', body: form });
      const body = (await reply.json()) as { modules: { url: string }[] };
      answered.set(new URL(body.modules[0]?.url ?? '').pathname, text);
    } catch {
      return;
    }
    if (answered.size > 40) enough();
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const all = ['blobs', 'trees'].map((name) =>
    fs.readdir(path.join(folder, name), { recursive: true, withFileTypes: true }),
  );
  return (await Promise.all(all)).flat().flatMap((one) => (one.isFile() ? [path.join(one.parentPath, one.name)] : []));
}

it(
  'keeps every upload that was answered, and none of the others for long',
  async () => {
    const [folder, connection] = [newFolder(), await createTestDatabase()];
    const url = databaseUrl(connection);
    const killed = startServer({ STAMPLINE_DATA: folder, DATABASE_URL: url });
    await killed.ready;
    const answered = new Map<string, string>();
    const clients = Array.from({ length: CLIENTS }, () =>
      uploadUntilKilled(killed.base, answered, () => killed.kill('SIGKILL')),
    );
    await Promise.all(clients);
    expect(await killed.ended).toBe('SIGKILL');

    const server = await startTestServer({ dataFolder: folder }, connection);
    for (const [address, text] of answered) expect(await (await fetch(server.base + address)).text()).toBe(text);
    // As if two days had gone by.
    await server.sql("UPDATE blob SET created_at = created_at - interval '2 days'");
    const before = new Date(Date.now() - 48 * 60 * 60_000);
    for (const file of await filesOf(folder)) await fs.utimes(file, before, before);
    for (let times = 0; times < 2; times += 1) await server.app.get(BlobCleaner).clean();
    const left = await filesOf(folder);
    const used = await server.sql<{ hash: string }>('SELECT DISTINCT hash FROM blob_use');
    expect(left.map((file) => path.basename(file)).sort()).toEqual(used.map(({ hash }) => hash).sort());
    for (const file of left) expect(hashOf(await fs.readFile(file))).toBe(path.basename(file));
    for (const [address, text] of answered) expect(await (await fetch(server.base + address)).text()).toBe(text);
    await server.stop();
  },
  PROCESS_MS,
);
