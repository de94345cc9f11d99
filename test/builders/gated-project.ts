// A project whose rules gate its stages, with people who may approve: alice and bob are its QA, carol its release manager.
import type { TestServer } from '../setup/test-server.js';
import { aStagedProject } from './stamped-ticket.js';

export interface GatedProject {
  readonly uri: string;
  readonly name: string;
}

const PEOPLE = { alice: 'qa', bob: 'qa', carol: 'release_manager', dave: 'developer' } as const;

export async function aGatedProject(
  server: TestServer,
  name: string,
  policies: readonly object[],
): Promise<GatedProject> {
  const { uri } = await aStagedProject(server, name);
  await setRules(server, uri, policies).expect(202);
  for (const [person, role] of Object.entries(PEOPLE)) {
    const email = `${person}@example.com`;
    const known = await server.http.get(`/api/v1/person/?email=${email}`).expect(200);
    const [found] = (known.body as { objects: { resource_uri: string }[] }).objects;
    const made = found ?? (await server.http.post('/api/v1/person/').send({ name: person, email }).expect(201)).body;
    await server.http
      .post('/api/v1/membership/')
      .send({ project: uri, person: (made as { resource_uri: string }).resource_uri, role })
      .expect(201);
  }
  return { uri, name };
}

/** The rules of a project, which has no other settings then. */
export const setRules = (server: TestServer, uri: string, policies: unknown) =>
  server.http.patch(uri).set('if-match', '*').send({ settings: { policies } });
