// Which addresses this server may call when a client names a URL (promises.md, "SSRF"): public ones, the loopback for a
// server that is on it itself, and what STAMPLINE_FETCH_ALLOW lists.
import ipaddr from 'ipaddr.js';
import type { Config } from '../../config.js';
import { isNetwork, Networks } from '../networks.js';
import { SPECIAL } from './special-addresses.js';

type Rules = Pick<Config, 'fetchAllow' | 'host' | 'publishedLoopback' | 'trustedProxies'>;

/** Of IPv6 no more is given out; what is outside may be an IPv4 address in another notation (`::7f00:1`). */
const GLOBAL = new Networks(['0.0.0.0/0', '2000::/3']);

export class AddressGuard {
  private readonly names: ReadonlySet<string>;
  private readonly listed: Networks;
  private readonly allowsLoopback: boolean;

  constructor({ fetchAllow, host, publishedLoopback, trustedProxies }: Rules) {
    this.names = new Set(fetchAllow.filter((entry) => !isNetwork(entry)).map((name) => name.toLowerCase()));
    this.listed = new Networks(fetchAllow.filter(isNetwork));
    const isLocal = ['localhost', '127.0.0.1', '::1'].includes(host) && !publishedLoopback;
    this.allowsLoopback = isLocal && trustedProxies.length === 0; // A proxy brings others than this machine's own users.
  }

  /** `host` as a URL's `hostname`. */
  allowsName(host: string): boolean {
    return this.names.has(host.toLowerCase());
  }

  /** An IPv4 address that is dressed as IPv6 is taken for what it is. */
  allowsAddress(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    if (this.listed.has(text)) return true;
    const kind = ipaddr.process(text).range();
    if (kind === 'loopback') return this.allowsLoopback;
    return kind === 'unicast' && GLOBAL.has(text) && !SPECIAL.has(text);
  }
}
