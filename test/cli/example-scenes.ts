// What the examples of a verb need besides the scene that each of them has.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Scene } from './scene.js';

const A_TOKEN = { owner: 'ci', scopes: ['read'] };

/** By the verb, `stamp login`. */
export const PREPARATIONS: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  'stamp add': async ({ folder }) => {
    const packages = ['preact', 'lit', 'lit-html', 'lit-element', '@lit/reactive-element', '@lit-labs/ssr-dom-shim'];
    for (const name of packages)
      await fs.cp(path.join('node_modules', name), path.join(folder, 'node_modules', name), { recursive: true });
  },
  'stamp login': async ({ server, folder }) => {
    const { body } = await server.http.post('/api/v1/token/').send(A_TOKEN).expect(201);
    await fs.writeFile(path.join(folder, 'token.txt'), `${body.token}\n`);
  },
  'stamp token rotate': ({ server }) => server.http.post('/api/v1/token/').send(A_TOKEN).expect(201),
  'stamp token revoke': ({ server }) => server.http.post('/api/v1/token/').send(A_TOKEN).expect(201),
  'stamp bisect': async ({ server }) => {
    for (const service of ['footer', 'slow', 'search'])
      await server.http
        .patch('/services?skip_url_check')
        .send({ service, url: `http://localhost:8080/${service}.js` })
        .expect(200);
  },
};
