// The maps of tickets as they were shown last: after a change the next one is made of it, so that a file saved in a ticket of
// thousands of keys costs what changed. Tickets shown together are put together each time.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { bytesOf, changesOf, type Delta, difference, entryKey } from '../domain/delta.js';
import type { ImportMap } from '../domain/import-map.js';
import type { ServedTicket } from './tickets-cache.js';
import { previewMap } from './preview-map.js';

interface Shown {
  readonly production: ImportMap;
  readonly delta: Delta;
  readonly map: ImportMap;
}

/** Of all maps that are kept, with the parts of their texts. */
const MOST_BYTES = 32 * 1024 * 1024;

@Injectable()
export class PreviewMapCache {
  private readonly last = new LRUCache<number, Shown>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ delta }) => bytesOf(delta),
  });

  /** Throws a conflict that names both, where two tickets want different things of a key. */
  of(production: ImportMap, tickets: readonly ServedTicket[]): ImportMap {
    const [ticket, another] = tickets;
    if (!ticket || another) return previewMap(production, tickets);
    const map = this.after(production, ticket) ?? previewMap(production, tickets);
    this.last.set(ticket.id, { production, delta: ticket.delta, map });
    return map;
  }

  private after(production: ImportMap, { id, delta }: ServedTicket): ImportMap | undefined {
    const last = this.last.get(id);
    if (last?.production !== production) return undefined;
    const { gone, come } = difference(last.delta, delta);
    const back = gone.map((operation) => {
      const key = entryKey(operation);
      return [key, production.get(key) ?? null] as const;
    });
    return last.map.with(new Map([...back, ...changesOf(come)]));
  }
}
