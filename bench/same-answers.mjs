// Before anything is measured: both servers answer the same bytes, statuses and essential headers, and leave the same rows.
// What differs by nature (ids, times, versions, and what is made of them) is masked.
import assert from 'node:assert/strict';
import { PATHS } from './paths.mjs';

const HEADERS = ['content-type', 'vary', 'cache-control', 'location', 'access-control-allow-origin'];

async function ask(server, { method, path, headers, body }) {
  const answer = await fetch(server.url + path, { method, headers, body });
  const text = await answer.text();
  const etag = answer.headers.get('etag');
  const shown = HEADERS.map((name) => [name, answer.headers.get(name)?.replace(server.url, '') ?? null]);
  return { status: answer.status, text, etag, headers: Object.fromEntries(shown) };
}

/** Masks times and the ticket's number, which no other number in the answer equals. */
const mask = (text, id) =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g, 'TIME')
    .replaceAll(id === undefined ? /$^/g : new RegExp(`\\b${id}\\b`, 'g'), '0');

/** @param {import('./world.mjs').World} world @param {string} name */
export async function requireSameAnswers(world, name) {
  const { writes, requests, status: expected = 200 } = PATHS[name];
  const seen = [];
  for (const [turn, server] of [world.bare, world.ours].entries()) {
    // The same move of two tickets that were alike: of one it would be a repeat for the second server.
    const request = requests(0, 0, world)[name === 'patch_status' ? 50 + 7 * turn : 0];
    const { text, ...answer } = await ask(server, request);
    const [event] = writes
      ? await world.sql("SELECT to_jsonb(e) - 'id' - 'seq' AS row FROM event e ORDER BY id DESC LIMIT 1")
      : [];
    const id = writes ? event.row.ticket_id : undefined;
    seen.push(
      JSON.parse(mask(JSON.stringify({ ...answer, body: text && JSON.parse(text), bytes: mask(text, id), event }), id)),
    );
  }
  assert.deepEqual(seen[1], seen[0], `${name}: Stampline and the bare server don't answer the same.`);
  const { status, bytes } = seen[0];
  assert.ok(Math.floor(status / 100) === Math.floor(expected / 100), `${name}: ${status} ${bytes}`);
}
