// Serves the shop's pages, on an origin of its own: node examples/shop/serve.mjs, then http://localhost:8080/
//
//   PORT       8080                    where it listens, on the loopback only
//   STAMP_URL  http://localhost:8000   where Stampline is
//
// The modules aren't here: pages get them by the import map. What a build would write into the pages, this does when one is
// asked for: the snippet that Stampline gives (its script, and production's map for when it can't be reached), and a nonce.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { pathToFileURL } from 'node:url';

const here = new URL('./', import.meta.url);
const FILES = new Map([
  ['/', ['pages/index.html', 'text/html; charset=utf-8']],
  ['/cart.html', ['pages/cart.html', 'text/html; charset=utf-8']],
  ['/checkout.html', ['pages/checkout.html', 'text/html; charset=utf-8']],
  ['/shop.css', ['shop.css', 'text/css']],
]);
const refreshEveryMs = 10_000;

/** All that these pages need: scripts that have the nonce, and what those import; the ticket's map; the style sheet. */
export const contentSecurityPolicy = (nonce, stampline) =>
  `default-src 'none'; script-src 'nonce-${nonce}'; connect-src ${stampline}; style-src 'self'; img-src 'self' data:; base-uri 'none'`;

/** `kept` is what is used while Stampline can't be asked: as a page that was built earlier has it. */
async function askForSnippet(stampline, kept) {
  try {
    const answer = await fetch(`${stampline}/snippet.html`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok ? await answer.text() : kept;
  } catch {
    return kept;
  }
}

const withNonce = (html, nonce) => html.replaceAll(/<script(?=[\s>])/g, `<script nonce="${nonce}"`);

async function answer(request, reply, { head, policyOf }) {
  const [file, type] = FILES.get(new URL(request.url, 'http://localhost').pathname) ?? [];
  if (!file) return reply.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
  const text = await readFile(new URL(file, here), 'utf8');
  if (!file.endsWith('.html')) return reply.writeHead(200, { 'content-type': type }).end(text);
  const nonce = randomBytes(16).toString('base64');
  const page = text.replace('{{snippet}}', () => withNonce(head(), nonce)).replaceAll('{{nonce}}', nonce);
  const headers = { 'content-type': type, 'content-security-policy': policyOf(nonce), 'cache-control': 'no-cache' };
  reply.writeHead(200, headers).end(page);
}

/** Resolves once it listens; `head` makes the first elements of each head from the snippet. */
export async function startShop({ port, stampline, head = (snippet) => snippet, policy = contentSecurityPolicy }) {
  const policyOf = (nonce) => policy(nonce, stampline);
  let snippet = await askForSnippet(stampline, `<script src="${stampline}/stamp.js"></script>\n`);
  const refresh = async () => (snippet = await askForSnippet(stampline, snippet));
  const timer = setInterval(refresh, refreshEveryMs).unref();
  const server = http.createServer((request, reply) => {
    answer(request, reply, { head: () => head(snippet), policyOf }).catch((error) => reply.destroy(error));
  });
  server.listen(port, '127.0.0.1').on('close', () => clearInterval(timer));
  await once(server, 'listening');
  return { server, refresh, url: `http://localhost:${server.address().port}` };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const stampline = process.env.STAMP_URL || 'http://localhost:8000';
  const { url } = await startShop({ port: Number(process.env.PORT || 8080), stampline });
  console.log(`The shop is at ${url}/, its modules come by the import map of ${stampline}.`);
}
