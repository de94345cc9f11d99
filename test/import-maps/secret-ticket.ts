// A ticket in dev with one module that not everybody is to see.
import { bearer } from '../access/world.js';
import type { TestServer } from '../setup/test-server.js';

export const SECRET_MODULE = 'https://cdn.example/secret.js';

/** Made with a token; answers its key. `project`: by id. */
export async function aSecretTicket(server: TestServer, token: string, project?: number): Promise<string> {
  const { body } = await server.http
    .post('/api/v1/ticket/')
    .set(...bearer(token))
    .send({ owner: 'alice@example.com', title: 'Secret', ...(project === undefined ? {} : { project }) })
    .expect(201);
  const { id, key } = body as { id: number; key: string };
  await server.http
    .post(`/api/v1/ticket/${id}/modules/`)
    .set(...bearer(token))
    .send({ specifier: `secret-${id}`, url: SECRET_MODULE })
    .expect(201);
  return key;
}
