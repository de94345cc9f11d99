// What this machine's own hosts file says of a name, as its other programs see it. Read again when it is older than a few
// seconds, so that lookups don't wait for the disk each.
import fs from 'node:fs/promises';
import { isIP } from 'node:net';

const KEEP_MS = 5000;
const PLACE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

export class HostsFile {
  private read: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  private readAt = -Infinity;

  constructor(private readonly place = PLACE) {}

  /** Addresses in the file's order; empty where it doesn't know the name. `name` in lower case. */
  async addressesOf(name: string): Promise<readonly string[]> {
    if (!this.read || performance.now() - this.readAt > KEEP_MS) {
      this.readAt = performance.now();
      this.read = fs.readFile(this.place, 'utf8').then(parseHosts, () => new Map());
    }
    return (await this.read).get(name) ?? [];
  }
}

/** Lines such as `10.0.0.7  files.internal files  # a comment`. */
export function parseHosts(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      found.set(key, [...(found.get(key) ?? []), address]);
    }
  }
  return found;
}
