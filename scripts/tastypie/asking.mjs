// Asks a server what a case asks: makes the objects that its placeholders name, and reads the last answer.
import http from 'node:http';
import { randomUUID } from 'node:crypto';

const API = '/api/v1/';
/** How each placeholder's object is made, of those before it. */
const MADE = {
  ticket: ['ticket/', { title: '{name}', owner: 'owner@example.com' }],
  package: ['sourcepackage/', { name: '{name}' }],
  upload: ['spu/', { sourcepackage: '/api/v1/sourcepackage/{package}/', version: '1.0' }],
  person: ['person/', { name: '{name}', email: 'ann@example.com' }],
  binary: ['binarypackage/', { name: '{name}', sourcepackage: '/api/v1/sourcepackage/{package}/', version: '1' }],
};

/** One request over HTTP/1.1 as it stands, with no header of its own; fetch would follow redirects' bodies and add Accept. */
function send(base, { method, path, body, raw, headers }) {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const typed = text !== undefined && raw === undefined ? { 'Content-Type': 'application/json' } : {};
  const length = text === undefined ? {} : { 'Content-Length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const request = http.request(
      new URL(path.startsWith('/') ? path : API + path, base),
      { method, headers: { ...typed, ...length, ...headers }, timeout: 30_000 },
      (reply) => {
        const chunks = [];
        reply.on('data', (chunk) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () => resolve(answerOf(reply, Buffer.concat(chunks).toString())));
      },
    );
    request.on('timeout', () => request.destroy(new Error(`${method} ${path} had no answer within 30 s.`)));
    request.on('error', reject).end(text);
  });
}

function answerOf({ statusCode, headers }, text) {
  try {
    return { status: statusCode, headers, text, body: JSON.parse(text) };
  } catch {
    return { status: statusCode, headers, text, body: undefined };
  }
}

/** The same with each placeholder replaced, in texts and all that they are in; functions and patterns stay. */
export function filled(value, known) {
  if (typeof value === 'string') {
    const number = /^#\{(\w+)\}$/.exec(value);
    if (number) return Number(known[number[1]]);
    return value.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(known, name) ? known[name] : whole));
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, known));
  if (typeof value !== 'object' || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [filled(name, known), filled(one, known)]));
}

/** Makes what the placeholder means, with all that it needs, and notes its id. */
async function make(base, placeholder, known) {
  const [path, body] = MADE[placeholder];
  for (const needed of namesIn(body)) if (!(needed in known)) await make(base, needed, known);
  const made = await send(base, { method: 'POST', path, body: filled(body, known), headers: {} });
  if (made.status !== 201) throw new Error(`POST ${path} answers ${made.status}: ${made.text.slice(0, 300)}`);
  // Tastypie's own answer has no body unless it is told to; the Location has the id.
  known[placeholder] = /(\d+)\/$/.exec(made.headers.location)[1];
}

const namesIn = (value) =>
  [...JSON.stringify(value).matchAll(/\{(\w+)\}/g)].map(([, name]) => name).filter((name) => Object.hasOwn(MADE, name));

/** The last answer of a case, and what its placeholders stand for. The requests before it must be answered with 2xx. */
export async function askCase(base, { name, asks }) {
  const known = { name: `case-${randomUUID().slice(0, 13)}` };
  for (const needed of namesIn(asks)) if (!(needed in known)) await make(base, needed, known);
  let answer;
  for (const [index, ask] of asks.entries()) {
    answer = await send(base, filled(ask, known));
    if (index < asks.length - 1 && answer.status >= 300)
      throw new Error(`${name}: ${ask.method} ${ask.path} answers ${answer.status}: ${answer.text.slice(0, 300)}`);
  }
  return { answer, known };
}
