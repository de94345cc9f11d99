// A name server on the loopback, for real: it answers what it is told, and nothing in zones that are to be silent.
import dgram from 'node:dgram';

export interface NameServer {
  /** For `dnsServers`. */
  readonly address: string;
  /** The names that it was asked for, once for each question. */
  readonly asked: string[];
  stop(): void;
}

/** `addresses`: IPv4 by name; other names don't exist. Names that `isSilent` says get no answer. */
export async function startNameServer(
  addresses: Readonly<Record<string, readonly string[]>>,
  isSilent: (name: string) => boolean = () => false,
): Promise<NameServer> {
  const socket = dgram.createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionOf(query);
    asked.push(name);
    if (!isSilent(name)) socket.send(answerTo(query, end, type, addresses[name]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    stop: () => void socket.close(),
  };
}

const HEADER = 12;
const A = 1;

/** RFC 1035, 4.1.2: labels with their lengths, then the type and the class. */
function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answerTo(query: Buffer, end: number, type: number, found: readonly string[] | undefined): Buffer {
  const records = type === A ? (found ?? []) : [];
  const head = Buffer.from(query.subarray(0, end));
  // An answer, with recursion; 3: there is no such name.
  head.writeUInt16BE(found ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt16BE(0, 10);
  return Buffer.concat([head, ...records.map(addressRecord)]);
}

/** The name is where the question has it; class IN, for 60 s. */
const addressRecord = (address: string): Buffer =>
  Buffer.from([0xc0, HEADER, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
