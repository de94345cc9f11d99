// One HTTP request over a client's own kept-alive connection, never repeated here. A connection that fails is status 0.
import http from 'node:http';

const ANSWER_MS = 20_000;

/**
 * @typedef {{status: number, headers: import('node:http').IncomingHttpHeaders, text: string, error?: string}} Reply
 * @param {http.Agent} agent @param {string} base
 * @param {{method: string, path: string, body?: string | Buffer, headers?: Record<string, string>}} request
 * @returns {Promise<Reply>}
 */
export function call(agent, base, { method, path, body, headers = {} }) {
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = http.request(base + path, { agent, method, headers: { ...headers, ...length } });
    const fail = (error) => resolve({ status: 0, headers: {}, text: '', error: error.code ?? error.message });
    const timer = setTimeout(() => outgoing.destroy(new Error('no answer')), ANSWER_MS);
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.on('error', fail);
    outgoing.on('response', (reply) => {
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('error', fail);
      reply.on('end', () =>
        resolve({ status: reply.statusCode, headers: reply.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    outgoing.end(body);
  });
}

/** An answer of haproxy or of our own proxy has no request id; what a server says always has one. */
export const isOfServer = ({ headers }) => headers['x-request-id'] !== undefined;

/** The version that an ETag names. */
export function versionOf({ headers }) {
  const found = /^"(\d+)"$/.exec(headers.etag ?? '');
  return found ? Number(found[1]) : null;
}

export function bodyOf({ text }) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
