// A name server on the loopback that never answers.
import dgram from 'node:dgram';
import { once } from 'node:events';

/** @returns {Promise<{address: string, close: () => void}>} */
export async function silentNameServer() {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}
