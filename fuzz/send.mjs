// Sends one request and says what is wrong with the answer: a 500, a hang, an error without its code, a stack.
import http from 'node:http';

/** Longer than any limit of the server's own, so that whoever doesn't answer by then hangs. */
const HANG_MS = 20_000;

/** @returns {Promise<{status: number, headers: object, text: string} | undefined>} undefined where Node itself won't send it. */
export function send(base, agent, request) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    let outgoing;
    try {
      const headers = {
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
      };
      outgoing = http.request({ hostname, port, agent, method: request.method, path: request.path, headers });
    } catch {
      return resolve(undefined);
    }
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${HANG_MS / 1000} s`)), HANG_MS);
    outgoing.on('error', (error) => (clearTimeout(timer), reject(error)));
    outgoing.on('response', (reply) => {
      // A stream has no end; that it began is its answer.
      if (String(reply.headers['content-type']).startsWith('text/event-stream')) {
        clearTimeout(timer);
        resolve({ status: reply.statusCode, headers: reply.headers, text: '' });
        return outgoing.destroy();
      }
      const chunks = [];
      reply.on('data', (chunk) => chunks.push(chunk));
      reply.on('error', reject);
      reply.on('end', () => {
        clearTimeout(timer);
        resolve({ status: reply.statusCode, headers: reply.headers, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(request.body);
  });
}

/** What any operation may answer besides what it documents. */
const ANYWHERE = [400, 404, 405, 406, 413, 414, 415, 421, 428, 431];

/** What only a server that asks for tokens answers; 403 has other reasons too. */
const GUARDED = [401, 429];

/** What is wrong with an answer, or undefined. `documented` are the operation's statuses. */
export function faultIn(request, reply, documented) {
  const { status, headers, text } = reply;
  if (request.barred && status < 400) return `answered ${status} to a caller without the scope ${request.scope}`;
  if (status >= 500 && status !== 503) return `answered ${status}: ${text.slice(0, 300)}`;
  if (status === 503 && !headers['retry-after']) return `503 without Retry-After: ${text.slice(0, 300)}`;
  if (!isProgram(headers) && /\n\s+at \S+ \(|node_modules|node:internal/.test(text))
    return `a stack in the body: ${text.slice(0, 300)}`;
  if (!mayAnswer(request, documented).has(status))
    return `answered ${status}, which ${request.operation} does not document`;
  if (status >= 400) return isPlain(request, reply) ? plainFault(text) : errorFault(text);
  if (text === '' || !String(headers['content-type']).startsWith('application/json')) return undefined;
  return isJson(text) ? undefined : `a body that is not JSON: ${text.slice(0, 300)}`;
}

/** The statuses that are no fault. */
const mayAnswer = ({ barred }, documented) =>
  new Set([...documented.filter((status) => barred !== undefined || !GUARDED.includes(status)), ...ANYWHERE, 304]);

/** What a program says of stacks is nobody's. */
const isProgram = (headers) => /javascript|octet-stream/.test(String(headers['content-type']));

/** import-map-deployer's clients get a line of text, and browsers without a token a page. */
function isPlain({ operation, path }, { status, headers }) {
  const type = String(headers['content-type']);
  if (status === 401 && type.startsWith('text/html')) return true;
  return (operation.startsWith('deployer_') || /[?&]env=/.test(path)) && type.startsWith('text/plain');
}

const plainFault = (text) => (text.trim() === '' ? 'an error that says nothing' : undefined);

function errorFault(text) {
  const body = isJson(text) ? JSON.parse(text) : undefined;
  if (!body) return `an error whose body is not JSON: ${text.slice(0, 300)}`;
  return body.code && body.request_id ? undefined : `an error without code or request_id: ${text.slice(0, 300)}`;
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The request as a command that can be pasted. */
export function asCurl(base, { method, path, headers, body }) {
  const quote = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const parts = ['curl', '-i', '-X', method];
  for (const [name, value] of Object.entries(headers)) parts.push('-H', quote(`${name}: ${value}`));
  if (Buffer.isBuffer(body)) parts.push('--data-binary', `@<(echo ${body.toString('base64')} | base64 -d)`);
  else if (body !== undefined) parts.push('--data-binary', quote(body));
  return [...parts, quote(`${base}${path}`)].join(' ');
}
