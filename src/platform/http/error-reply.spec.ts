// What a refusal's reply holds: its own members and those that it brings along, which can't replace them.
import Fastify from 'fastify';
import { DomainError } from '../errors.js';
import { sendError } from './error-reply.js';

const OWN = { error: 'x', code: 'x', request_id: 'x', title: 'x', status: 0, detail: 'x', type: 'x' };

async function replyTo(error: DomainError, accept: string): Promise<Record<string, unknown>> {
  const app = Fastify();
  app.get('/', (request, reply) => sendError(request, reply, error));
  const reply = await app.inject({ url: '/', headers: { accept } });
  await app.close();
  return reply.json();
}

it.each(['application/json', 'application/problem+json'])('brings more members along, in %s', async (accept) => {
  const modules = [{ module: 'nav' }];
  const plain = await replyTo(new DomainError('conflict', 'conflicts.stale', 'No.'), accept);
  const more = await replyTo(new DomainError('conflict', 'conflicts.stale', 'No.', { data: { modules } }), accept);
  expect(more).toEqual({ ...plain, modules, request_id: more.request_id });
  const greedy = new DomainError('conflict', 'conflicts.stale', 'No.', { data: { ...OWN, modules } });
  expect(await replyTo(greedy, accept)).toMatchObject({ ...plain, modules, request_id: expect.stringMatching(/^req/) });
});
