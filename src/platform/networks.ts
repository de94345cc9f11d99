// A set of addresses, as operators write them: `10.0.0.7`, `10.0.0.0/8`, `2001:db8::/32`.
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** False for a host's name. */
export const isNetwork = (entry: string): boolean => ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry);

export class Networks {
  private readonly ranges: readonly [Address, number][];

  /** `entries` must be networks. */
  constructor(entries: readonly string[]) {
    this.ranges = entries.map((entry) => (entry.includes('/') ? ipaddr.parseCIDR(entry) : single(entry)));
  }

  /** False for what is no address. An IPv4 address that is dressed as IPv6 is taken for what it is. */
  has(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return this.ranges.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits));
  }
}

function single(text: string): [Address, number] {
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
