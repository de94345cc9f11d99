// Which blobs the URLs of this server's modules name.
import type { Change } from '../domain/delta.js';

const OWN_URL = /^\/modules\/([0-9a-f]{64})\//;

/** The hashes that URLs of this server's modules name. */
export function hashesIn(delta: readonly Change[]): string[] {
  const hashes = new Set<string>();
  for (const { set } of delta) {
    const hash = set && OWN_URL.exec(set.url)?.[1];
    if (hash) hashes.add(hash);
  }
  return [...hashes];
}
