// Many readers of the stream in a process of their own, on plain sockets: what a client library does would be measured too.
// Forked by stream.mjs. An event whose line is a time in milliseconds was sent then.
import net from 'node:net';
import { performance } from 'node:perf_hooks';

const now = () => performance.timeOrigin + performance.now();

/** What each reader got since the last question. */
let delays = [];
let bytes = 0;
let events = 0;
const sockets = [];

function open(port, path) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let begun = false;
    let rest = '';
    socket.on('error', reject);
    socket.on('close', () => begun && process.send({ lost: true }));
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (!begun) {
        begun = true;
        if (!chunk.toString('latin1', 0, 12).endsWith('200'))
          return reject(new Error(chunk.toString('latin1', 0, 200)));
        return resolve(socket);
      }
      const arrived = now();
      const parts = (rest + chunk.toString('latin1')).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        if (!part.startsWith('id: ')) continue;
        events++;
        const sent = /"line":"(\d{13}\.\d+)"/.exec(part);
        if (sent) delays.push(arrived - Number(sent[1]));
      }
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
  });
}

process.on('message', async ({ ask, port, path, count }) => {
  if (ask === 'open') {
    for (let opened = 0; opened < count; opened += 50) {
      const some = Array.from({ length: Math.min(50, count - opened) }, () => open(port, path));
      sockets.push(...(await Promise.all(some)));
    }
    process.send({ opened: sockets.length });
  }
  if (ask === 'figures') {
    process.send({ delays, bytes, events });
    [delays, bytes, events] = [[], 0, 0];
  }
  if (ask === 'close') process.exit();
});
process.on('disconnect', () => process.exit());
