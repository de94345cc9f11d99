// The measure: node:http and pg with nothing between, one prepared statement a request. It answers what Stampline answers
// to the measured requests, and no others. DATABASE_URL says where; prints its port.
import { createHash } from 'node:crypto';
import http from 'node:http';
import pg from 'pg';
import { createTicket, getTicket, LIMIT, listTickets, patchStatus } from './statements.mjs';

// As many connections as Stampline's pool has.
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

/** @param {http.ServerResponse} response */
function send(response, code, body, headers) {
  response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    vary: 'Accept',
    'cache-control': 'no-cache',
    ...headers,
  });
  response.end(body);
}

/** @param {http.IncomingMessage} request */
function readJson(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString()));
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
  });
}

async function get(response, id) {
  const { rows } = await pool.query({ ...getTicket, values: [id] });
  if (rows.length === 0) return send(response, 404, '{}');
  send(response, 200, rows[0].body, { etag: `"${rows[0].version}"` });
}

async function list(response, step) {
  const { rows } = await pool.query(listTickets(step));
  const { objects, total } = rows[0];
  const next = LIMIT < total ? `/api/v1/ticket/?current_workflow_step=${step}&limit=${LIMIT}&offset=${LIMIT}` : null;
  const meta = { limit: LIMIT, next, offset: 0, previous: null, total_count: total };
  const body = `{"meta":${JSON.stringify(meta)},"objects":[${objects ?? ''}]}`;
  send(response, 200, body, { etag: `"${createHash('sha1').update(body).digest('base64url')}"` });
}

async function patch(request, response, id) {
  const { current_workflow_step: step, status } = await readJson(request);
  const { rows } = await pool.query({ ...patchStatus, values: [id, Number(step), Number(status)] });
  if (rows.length === 0) return send(response, 404, '{}');
  send(response, 202, rows[0].body, { etag: `"${rows[0].version}"` });
}

async function create(request, response) {
  const { owner = '', title, description = '', bug_id = null } = await readJson(request);
  if (typeof title !== 'string') return send(response, 400, '{}');
  const { rows } = await pool.query({ ...createTicket, values: [owner, title, description, bug_id] });
  const location = `http://${request.headers.host}/api/v1/ticket/${rows[0].id}/`;
  send(response, 201, rows[0].body, { etag: `"${rows[0].version}"`, location });
}

/** The map that the bench gave it, in memory, with its ETag. */
const held = { body: Buffer.alloc(0), etag: '' };

async function hold(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  Object.assign(held, { body: Buffer.concat(chunks), etag: request.headers.etag });
  send(response, 200, '{}');
}

function sendMap(request, response) {
  const headers = {
    etag: held.etag,
    'content-type': 'application/importmap+json',
    'cache-control': 'no-cache',
    'access-control-allow-origin': '*',
  };
  if (request.headers['if-none-match'] === held.etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-length': held.body.length,
  });
  response.end(held.body);
}

/** Routes by method and the place of the id in the path: `/api/v1/<resource>/<id>/`. */
async function answer(request, response) {
  const [path, query = ''] = request.url.split('?', 2);
  if (path === '/import-map.json')
    return request.method === 'PUT' ? hold(request, response) : sendMap(request, response);
  const [, , , resource, id] = path.split('/');
  if (request.method === 'PATCH' && resource === 'updateticketstatus') return patch(request, response, Number(id));
  if (request.method === 'POST') return create(request, response);
  return id
    ? get(response, Number(id))
    : list(response, Number(new URLSearchParams(query).get('current_workflow_step')));
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    send(response, 500, '{}');
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
