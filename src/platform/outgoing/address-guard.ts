// Which addresses this server may call when a client names a URL (promises.md, "SSRF"): public ones, the loopback for a
// server that is on it itself, and what STAMPLINE_FETCH_ALLOW lists.
import ipaddr from 'ipaddr.js';
import type { Config } from '../../config.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export class AddressGuard {
  private readonly names: ReadonlySet<string>;
  private readonly ranges: readonly [Address, number][];
  private readonly allowsLoopback: boolean;

  constructor({ fetchAllow, host, publishedLoopback }: Pick<Config, 'fetchAllow' | 'host' | 'publishedLoopback'>) {
    const ranges = fetchAllow.filter(isRange);
    this.names = new Set(fetchAllow.filter((entry) => !isRange(entry)).map((name) => name.toLowerCase()));
    this.ranges = ranges.map((range) => (range.includes('/') ? ipaddr.parseCIDR(range) : single(range)));
    this.allowsLoopback = ['localhost', '127.0.0.1', '::1'].includes(host) && !publishedLoopback;
  }

  /** `host` as a URL's `hostname`. */
  allowsName(host: string): boolean {
    return this.names.has(host.toLowerCase());
  }

  /** An IPv4 address that is dressed as IPv6 is taken for what it is. */
  allowsAddress(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    if (this.ranges.some((range) => isWithin(address, range))) return true;
    const kind = address.range();
    return kind === 'unicast' || (kind === 'loopback' && this.allowsLoopback);
  }
}

const isRange = (entry: string): boolean => ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry);

function single(text: string): [Address, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

const isWithin = (address: Address, [network, bits]: [Address, number]): boolean =>
  address.kind() === network.kind() && address.match(network, bits);
