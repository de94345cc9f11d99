// Maps and scripts as they are sent: bytes with their ETag, made once, bounded in bytes.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { inSlices } from '../../platform/in-slices.js';
import { contentTag } from '../../rest/http/entity-tag.js';
import type { Sliced } from '../domain/sliced.js';

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
  private readonly making = new Map<string, Promise<Stamp>>();

  /** `key` names the content: the same key, the same bytes. Undefined where they have to be made. */
  known(key: string): Stamp | undefined {
    return this.made.get(key);
  }

  /** Made in slices where they aren't known, once for all who ask meanwhile. */
  async of(key: string, make: () => Sliced<string>): Promise<Stamp> {
    const known = this.known(key) ?? this.making.get(key);
    if (known) return known;
    const making = this.make(key, make).finally(() => this.making.delete(key));
    this.making.set(key, making);
    return making;
  }

  private async make(key: string, make: () => Sliced<string>): Promise<Stamp> {
    const text = await inSlices(make());
    const stamp = { body: Buffer.from(text), etag: contentTag(text) };
    this.made.set(key, stamp);
    return stamp;
  }
}
