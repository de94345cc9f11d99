// Maps and scripts as they are sent: bytes with their ETag, made once, bounded in bytes.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { contentTag } from '../../rest/http/entity-tag.js';

export interface Stamp {
  readonly body: Buffer;
  /** Strong: equal exactly where the bytes are. */
  readonly etag: string;
}

const MOST_BYTES = 64 * 1024 * 1024;
/** Keys, tags and the entry itself. */
const ENTRY_BYTES = 500;

@Injectable()
export class Stamps {
  private readonly made = new LRUCache<string, Stamp>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body }) => body.length + ENTRY_BYTES,
  });

  /** `key` names the content: the same key, the same bytes. */
  of(key: string, make: () => string): Stamp {
    const known = this.made.get(key);
    if (known) return known;
    const text = make();
    const stamp = { body: Buffer.from(text), etag: contentTag(text) };
    this.made.set(key, stamp);
    return stamp;
  }
}
