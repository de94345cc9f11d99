// Variables of the environment, as they come to the programs that are started: those of other programs change nothing, and
// STAMPLINE_MODULES_URL is in all that names a module.
import fs from 'node:fs';
import path from 'node:path';
import { stampline } from '../operate/stampline.js';
import { ELSEWHERE } from './elsewhere.js';
import { call, endAll, newFolder, PROCESS_MS, startServer } from './server-process.js';

afterAll(endAll);

const CREATE = ['token', 'create', '--owner', 'ci', '--scope', 'read', '--project', 'default'];

describe('variables of PostgreSQL', () => {
  it(
    'lead no verb of the operator away from the embedded one',
    async () => {
      const folder = newFolder();
      const at = (name: string): string => path.join(folder, name);
      const [data, restored] = [at('data'), at('restored')];
      const backup = at('backup.tar');
      const verbs: readonly (readonly [string, readonly string[]])[] = [
        [data, ['migrate']],
        [data, CREATE],
        [data, ['token', 'list']],
        [data, ['verify']],
        [data, ['backup', backup]],
        [data, ['export', at('export.jsonl')]],
        [restored, ['restore', '--check', backup]],
        [restored, ['restore', backup]],
        [restored, ['verify']],
        [restored, ['token', 'list']],
      ];
      for (const [where, words] of verbs) {
        const { code, err } = await stampline(words, { STAMPLINE_DATA: where, ...ELSEWHERE });
        expect([words, code, code === 0 ? '' : err]).toEqual([words, 0, '']);
      }
      expect(fs.statSync(at('export.jsonl')).size).toBeGreaterThan(0);
      const listed = await stampline(['token', 'list'], { STAMPLINE_DATA: restored, ...ELSEWHERE });
      expect(listed.out).toContain('ci');
    },
    3 * PROCESS_MS,
  );

  it(
    'nor beside a server',
    async () => {
      const env = { STAMPLINE_DATA: path.join(newFolder(), 'data'), ...ELSEWHERE };
      const server = startServer(env);
      await server.ready;
      for (const words of [CREATE, ['verify'], ['backup', '-']])
        expect([words, (await stampline(words, env)).code]).toEqual([words, 0]);
    },
    2 * PROCESS_MS,
  );
});

describe('STAMPLINE_MODULES_URL', () => {
  it.each([
    ['https://cdn.example', 'https://cdn.example/modules/'],
    ['https://cdn.example/stamp/modules/', 'https://cdn.example/stamp/modules/'],
    ['http://localhost:8001/', 'http://localhost:8001/modules/'],
  ])(
    '%s is where modules are, in answers, maps and pages',
    async (given, modules) => {
      const server = startServer({ STAMPLINE_DATA: newFolder(), STAMPLINE_MODULES_URL: given });
      await server.ready;
      await call(server.base, 'POST', '/api/v1/ticket/', { title: 'Carried by a CDN' });
      const form = new FormData();
      form.append('specifier', 'cart');
      form.append('file', new Blob(['export default 1;']), 'cart.js');
      const reply = await fetch(`${server.base}/api/v1/ticket/1/modules/`, { method: 'POST', body: form });
      const url = ((await reply.json()) as { modules: { url: string }[] }).modules[0]?.url ?? '';
      expect(url.startsWith(modules)).toBe(true);
      const textAt = async (where: string): Promise<string> => (await fetch(server.base + where)).text();
      expect(await textAt('/import-map.json?dev=TKT-1')).toContain(`"cart":"${url}"`);
      for (const _stage of ['qa', 'prod'])
        expect((await call(server.base, 'POST', '/api/v1/ticket/1/promote/')).status).toBe(200);
      for (const where of ['/import-map.json', '/stamp.js', '/snippet.html'])
        expect(await textAt(where)).toContain(url);
      // Whatever stands before it, this server has what it names.
      const path = new URL(url).pathname.replace(/^.*\/modules\//, '/modules/');
      expect(await textAt(path)).toContain('export default 1;');
    },
    2 * PROCESS_MS,
  );

  it.each([
    'cdn.example',
    'http://cdn.example',
    'https://me:secret@cdn.example',
    'https://cdn.example/?v=1',
    'ftp://x',
  ])(
    '%s is refused before anything starts',
    async (given) => {
      const server = startServer({ STAMPLINE_DATA: newFolder(), STAMPLINE_MODULES_URL: given });
      server.ready.catch(() => undefined);
      expect(await server.ended).toBe(1);
      expect(server.output()).toMatch(/STAMPLINE_MODULES_URL/);
      expect(server.output()).not.toContain('secret');
    },
    PROCESS_MS,
  );
});
