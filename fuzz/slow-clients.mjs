// What 300 clients that send their headers byte by byte cost the others:
// `node scripts/with-server.mjs -- node fuzz/slow-clients.mjs`. Prints when the last of them was gone, and the latency of
// healthy requests beside them; fails beyond what is promised (11 s, a p99 of 100 ms).
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const SLOW = 300;
const base = new URL(process.env.STAMP_URL ?? 'http://127.0.0.1:8000');

const began = performance.now();
const sockets = Array.from({ length: SLOW }, () => net.connect(Number(base.port), base.hostname));
const gone = Promise.all(sockets.map(hold)).then(() => performance.now() - began);
const drip = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('a')), 900);

let lastGone;
void gone.then((ms) => (lastGone = ms));
const latencies = [];
while (lastGone === undefined) {
  const from = performance.now();
  const reply = await fetch(new URL('/api/v1/ticket/', base));
  await reply.text();
  if (!reply.ok) throw new Error(`A healthy request was answered ${reply.status}.`);
  latencies.push(performance.now() - from);
  await sleep(5);
}
clearInterval(drip);
latencies.sort((one, other) => one - other);
const at = (part) => latencies[Math.floor(latencies.length * part)] ?? 0;
console.log(
  `${SLOW} slow connections were gone after ${(lastGone / 1000).toFixed(1)} s; ${latencies.length} healthy requests meanwhile: ` +
    `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, most ${at(1 - 1 / latencies.length).toFixed(1)} ms`,
);
if (lastGone > 11_000 || at(0.99) > 100) process.exitCode = 1;

/** Resolves when the server has closed the connection. */
function hold(socket) {
  socket.on('error', () => undefined); // A reset is an end like any other.
  socket.resume();
  socket.write('GET /api/v1/ticket/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  return new Promise((resolve) => socket.once('close', resolve));
}
