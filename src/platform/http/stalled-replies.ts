// Cuts connections whose client takes nothing of what waits for it: a reply that is not read would keep its socket, its file
// and its bytes for as long as the client likes. It is decided at the socket, so it holds for every reply of every route.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { countCutReply } from '../metrics.controller.js';

/** The reply that the connection is busy with; null between two requests. */
type HttpSocket = Socket & { readonly _httpMessage?: object | null };

/**
 * A connection is cut when bytes wait for it and the client took none of them for `ms` (at most twice as long, since the
 * queue is looked at once in `ms`). While a write's queue shrinks, however slowly, Node counts the socket as active
 * (`net.Socket.setTimeout`). An inactive socket without waiting bytes is waiting for its answer, which may take its time, or
 * idle after its keep-alive time, and is then closed, as Node would do without this listener.
 */
export function cutStalledReplies(server: Server, ms: number): void {
  server.setTimeout(ms, (socket: HttpSocket) => {
    if (socket.writableLength > 0) countCutReply();
    else if (socket._httpMessage) return;
    socket.destroy();
  });
}
