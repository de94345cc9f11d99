// For a container's health check: asks the server beside it for a path, by https where it does TLS itself, and ends with 1
// unless the answer is 2xx. node scripts/health.mjs /readyz
import http from 'node:http';
import https from 'node:https';

const { PORT = '8000', STAMPLINE_TLS_CERT } = process.env;
const path = process.argv[2] ?? '/livez';
// The certificate is for the name that others use, and this is 127.0.0.1: whose it is doesn't matter here.
const { get } = STAMPLINE_TLS_CERT ? https : http;
const request = get({ host: '127.0.0.1', port: PORT, path, rejectUnauthorized: false, timeout: 2500 }, (reply) => {
  reply.resume();
  process.exitCode = reply.statusCode >= 200 && reply.statusCode < 300 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error('no answer in time')));
request.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
