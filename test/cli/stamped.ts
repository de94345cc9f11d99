// A ticket that carries modules, made over HTTP, for the stage verbs: `await aStampedTicket(server, { cart: '…' })`.
import { upload } from '../builders/modules.js';
import type { TestServer } from '../setup/test-server.js';

export interface StampedTicket {
  readonly id: number;
  readonly key: string;
  readonly stage: () => Promise<string>;
  /** Its modules change: contents by specifier. */
  readonly put: (modules: Readonly<Record<string, string>>) => Promise<void>;
}

/** `commit`: where its modules say they come from. */
export async function aStampedTicket(
  server: TestServer,
  modules: Readonly<Record<string, string>>,
  commit?: string,
): Promise<StampedTicket> {
  const { body } = await server.http
    .post('/api/v1/ticket/')
    .send({ title: 'Free shipping from 30 €', owner: 'alice@example.com' })
    .expect(201);
  const { id, key } = body as { id: number; key: string };
  const put = async (all: Readonly<Record<string, string>>): Promise<void> => {
    for (const [specifier, text] of Object.entries(all)) {
      const texts = { specifier, ...(commit === undefined ? {} : { git_commit: commit }) };
      const { status, text: answer } = await upload(server, id, texts, { [`${specifier}.js`]: text });
      if (status >= 300) throw new Error(answer);
    }
  };
  await put(modules);
  const stage = async (): Promise<string> => {
    const ticket = await server.http.get(`/api/v1/ticket/${id}/`);
    return (ticket.body as { stage: string }).stage;
  };
  return { id, key, stage, put };
}
