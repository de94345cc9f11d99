// A client that brings modules to production: makes a ticket, uploads a file, promotes it twice, and looks at the map.
import { setTimeout as pause } from 'node:timers/promises';
import { createHash } from 'node:crypto';

const KEYS = 5;
/** What a map may be late (promise 2): looking sooner would show nothing. */
const MAP_MS = 100;
const GIVE_UP_MS = 5000;

/** @param {import('./client.mjs').Client} client @param {{bytes: number}} options how large a file is */
export async function publish(client, { bytes }) {
  for (let turn = 0; !client.isOver; turn += 1) {
    const specifier = `${client.name}-${turn % KEYS}`;
    await publishOne(client, specifier, turn, bytes);
    await pause(20);
  }
}

async function publishOne(client, specifier, turn, bytes) {
  const title = `${specifier} ${turn}`;
  const ticket = await client.write(
    { kind: 'ticket', mark: title },
    { method: 'POST', path: '/api/v1/ticket/', body: { title } },
  );
  if (!ticket) return;
  ticket.write.uri = ticket.body.resource_uri;
  const url = await upload(client, ticket.body.id, specifier, turn, bytes);
  if (!url || !(await promote(client, ticket.body.id))) return;
  const released = await promote(client, ticket.body.id);
  if (!released) return;
  const { start, end } = released.write;
  const release = { specifier, url, start, end };
  client.history.releases.push(release);
  await pause(MAP_MS);
  await lookAt(client, specifier, release);
}

async function upload(client, ticket, specifier, turn, bytes) {
  const file = `export default '${specifier} ${turn}'; // ${'x'.repeat(bytes)}\n`;
  const boundary = `part-${specifier}-${turn}`;
  const part = (head, content) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
  const body = `${part('name="specifier"', specifier)}${part('name="file"; filename="index.js"', file)}--${boundary}--\r\n`;
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const about = { kind: 'stage', subject: `ticket/${ticket}`, mark: `upload ${specifier} ${turn}` };
  const done = await client.write(about, { method: 'POST', path: `/api/v1/ticket/${ticket}/modules/`, body, headers });
  if (!done) return undefined;
  const path = new URL(done.body.modules[0].url).pathname;
  client.history.blobs.push({ path, hash: createHash('sha256').update(file).digest('hex') });
  return path;
}

const promote = (client, ticket) =>
  client.write(
    { kind: 'stage', subject: `ticket/${ticket}`, mark: `promote ${ticket}` },
    { method: 'POST', path: `/api/v1/ticket/${ticket}/promote/` },
  );

/** The first look is what counts; where it is late, later ones tell until when. */
async function lookAt(client, specifier, { end, url: wanted }) {
  let first;
  for (;;) {
    const got = await client.read('/import-map.json');
    if (got) {
      const url = got.body.imports?.[specifier];
      const path = url && new URL(url).pathname;
      first ??= { start: got.start, specifier, url: path, saysStale: got.reply.headers['x-stamp-status'] === 'stale' };
      first.seenAfter = got.start - end;
      if (path === wanted || first.seenAfter > GIVE_UP_MS) break;
    }
    if (client.isOver) break;
  }
  if (first) client.history.mapReads.push(first);
}
