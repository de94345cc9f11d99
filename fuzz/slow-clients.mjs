// What 300 clients that send their headers byte by byte cost the others: npm run fuzz -- --slow.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const SLOW = 300;
const PROMISED_MS = { gone: 11_000, p99: 100 };

/**
 * Prints when the last of them was gone, and the latency of healthy requests beside them. Resolves to whether both are as
 * promised (promises.md, "Bad input").
 */
export async function besideSlowClients(base) {
  const { hostname, port } = new URL(base);
  await healthy(base);
  const began = performance.now();
  const sockets = Array.from({ length: SLOW }, () => net.connect(Number(port), hostname));
  let lastGone;
  void Promise.all(sockets.map(hold)).then(() => (lastGone = performance.now() - began));
  const drip = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write('a')), 900);
  const latencies = [];
  while (lastGone === undefined) {
    latencies.push(await healthy(base));
    await sleep(5);
  }
  clearInterval(drip);
  latencies.sort((one, other) => one - other);
  const at = (part) => latencies[Math.floor(latencies.length * part)] ?? 0;
  console.log(
    `${SLOW} slow connections were gone after ${(lastGone / 1000).toFixed(1)} s; ${latencies.length} healthy requests meanwhile: ` +
      `p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, most ${at(1 - 1 / latencies.length).toFixed(1)} ms`,
  );
  return lastGone <= PROMISED_MS.gone && at(0.99) <= PROMISED_MS.p99;
}

/** Milliseconds. */
async function healthy(base) {
  const from = performance.now();
  const reply = await fetch(`${base}/api/v1/ticket/`);
  await reply.text();
  if (!reply.ok) throw new Error(`A healthy request was answered ${reply.status}.`);
  return performance.now() - from;
}

/** Resolves when the server has closed the connection. */
function hold(socket) {
  socket.on('error', () => undefined); // A reset is an end like any other.
  socket.resume();
  socket.write('GET /api/v1/ticket/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  return new Promise((resolve) => socket.once('close', resolve));
}
