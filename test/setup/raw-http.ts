// HTTP by hand, for what no client library sends.
import net from 'node:net';

export interface RawReply {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** Sends bytes as they are and resolves with what came back when the server closed; rejects when it doesn't within 20 s. */
export function sendRaw(base: string, text: string | Buffer): Promise<RawReply> {
  const socket = connectTo(base);
  socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  return closedBy(socket);
}

export function connectTo(base: string): net.Socket {
  const { hostname, port } = new URL(base);
  return net.connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
}

/** What a socket received until the server ended it. */
export function closedBy(socket: net.Socket, withinMs = 20_000): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`The server kept the connection for ${withinMs} ms.`));
    }, withinMs);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined); // A reset after the reply is an end like any other.
    socket.on('close', () => {
      clearTimeout(timer);
      const [headers = '', ...body] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
      resolve({ status: Number(headers.split(' ')[1] ?? 0), headers, body: body.join('\r\n\r\n') });
    });
  });
}

/** The text of a request; a Host that is let in unless another header list is given. */
export function requestText(line: string, headers: Record<string, string> = {}, body = ''): string {
  const all = { Host: 'localhost', Connection: 'close', ...headers };
  const named = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${named.join('')}\r\n${body}`;
}
