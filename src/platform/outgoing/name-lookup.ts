// Finds the addresses of a name that a client gave. Node's own `dns.lookup` runs in the few threads that also read files, and
// can't be cancelled, so names in a zone that never answers would stop everybody else's. These lookups are sent from the event
// loop, are cancelled after 3 s, and a zone and whoever asks have only some of them at a time. The hosts file and `localhost` are honoured; what
// else the system may ask (search domains, mDNS, LDAP) is not, so names must be fully qualified.
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HostsFile } from './hosts-file.js';
import { Turns } from './turns.js';

export interface Target {
  readonly address: string;
  readonly family: number;
}

/** A question is sent twice, and one name costs this long at most. */
const RESOLVER = { timeout: 1000, tries: 2 };
const LONGEST_MS = 3000;

/** Names that are looked up at a time in one zone, for one owner and in all, and those of an owner that wait for that. */
const TURNS = { group: 4, owner: 32, all: 128, waiting: 256, waitMs: 5000 };

export class NameLookup {
  private readonly hosts = new HostsFile();
  private readonly turns = new Turns(TURNS);
  private readonly running = new Map<string, Promise<readonly Target[]>>();

  /** `servers`: addresses of name servers, with ports; none: those of the system. */
  constructor(private readonly servers: readonly string[]) {}

  /**
   * At least one address, IPv4 first. `owner`: whose turn it is, who asks. Rejects with an Error that says why there is none, and
   * when `signal` is aborted.
   */
  async addressesOf(host: string, owner: string, signal: AbortSignal): Promise<readonly Target[]> {
    const name = host.toLowerCase().replace(/\.$/, '');
    const known = await this.hosts.addressesOf(name);
    if (known.length > 0) return known.map(targetOf);
    if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'].map(targetOf); // RFC 6761, 6.3
    if (/(^|\.)invalid$/.test(name))
      throw Object.assign(new Error(`${name} is not a valid name`), { code: 'ENOTFOUND' }); // 6.4
    return settled(this.shared(name, owner), signal);
  }

  /** All of an owner's who want a name at a time share one lookup: another's may have long to wait. */
  private shared(name: string, owner: string): Promise<readonly Target[]> {
    const key = `${owner}\0${name}`;
    const running = this.running.get(key);
    if (running) return running;
    const turn = { group: zoneOf(name), owner };
    const lookup = this.turns.take(turn, () => this.ask(name)).finally(() => this.running.delete(key));
    this.running.set(key, lookup);
    lookup.catch(() => undefined); // Whoever asked may be gone.
    return lookup;
  }

  private async ask(name: string): Promise<readonly Target[]> {
    const resolver = new Resolver(RESOLVER);
    if (this.servers.length > 0) resolver.setServers(this.servers);
    const late = setTimeout(() => resolver.cancel(), LONGEST_MS);
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    clearTimeout(late);
    const addresses = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (addresses.length > 0) return addresses.map(targetOf);
    throw found.find((one) => one.status === 'rejected')?.reason ?? new Error(`${name} has no address`);
  }
}

const targetOf = (address: string): Target => ({ address, family: isIP(address) });

/** Whoever runs a name server usually runs one for the name's last two labels. */
const zoneOf = (name: string): string => name.split('.').slice(-2).join('.');

/** The lookup goes on for the others. */
function settled<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('too late'));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject);
  });
}
