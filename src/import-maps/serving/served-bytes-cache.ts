// Maps and scripts as they are sent: bytes with their ETag, made once, bounded in bytes.
import { Injectable } from '@nestjs/common';
import { inSlices } from '../../platform/in-slices.js';
import { contentTag } from '../../rest/http/entity-tag.js';
import type { Sliced } from '../../platform/sliced.js';
import { LoadingCache } from './loading-cache.js';

export interface ServedBytes {
  readonly body: Buffer;
  /** Strong: equal exactly where the bytes are. */
  readonly etag: string;
}

const MOST = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
/** Keys, tags and the entry itself. */
const ENTRY_BYTES = 500;

@Injectable()
export class ServedBytesCache {
  private readonly made = new LoadingCache<ServedBytes>({
    ...{ entries: MOST, bytes: MOST_BYTES, sizeOf: ({ body }: ServedBytes) => body.length + ENTRY_BYTES },
  });

  /** `key` names the content: the same key, the same bytes. Undefined where they have to be made. */
  known(key: string): ServedBytes | undefined {
    return this.made.current(key);
  }

  /** Made in slices where they aren't known, once for all who ask meanwhile. */
  async of(key: string, make: () => Sliced<string>): Promise<ServedBytes> {
    return this.known(key) ?? ((await this.made.load(key, () => stampOf(make()))) as ServedBytes);
  }
}

async function stampOf(making: Sliced<string>): Promise<ServedBytes> {
  const text = await inSlices(making);
  return { body: Buffer.from(text), etag: contentTag(text) };
}
