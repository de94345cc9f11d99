// Replies to pipelined requests wait for those before them. Node tells a reply of its connection's end only when it has had
// its turn, so the file of a reply that waited would stay open for ever, and what counts open requests would never end.
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What Node sets on the reply that has its turn when the connection closes. */
type Closable = ServerResponse & { _closed: boolean };

/** Replies that wait, or waited, for their turn emit `close` with their connection, too. */
export function closeQueuedReplies(server: Server): void {
  const queues = new WeakMap<Socket, Set<ServerResponse>>();
  server.prependListener('request', ({ socket }, reply) => {
    if (reply.socket !== null) return;
    const queue = queues.get(socket) ?? startQueue(queues, socket);
    queue.add(reply);
    reply.once('close', () => queue.delete(reply));
  });
}

function startQueue(queues: WeakMap<Socket, Set<ServerResponse>>, socket: Socket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>();
  queues.set(socket, queue);
  socket.once('close', () => {
    for (const reply of queue) close(reply as Closable);
  });
  return queue;
}

function close(reply: Closable): void {
  if (reply.closed) return;
  reply.destroyed = true;
  reply._closed = true;
  reply.emit('close');
}
