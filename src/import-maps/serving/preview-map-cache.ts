// The maps of tickets as they were shown last: after a change the next one is made of it, so that a file saved in a ticket of
// thousands of keys costs what changed. Tickets shown together are put together each time.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { bytesOf, changesOf, type Delta, difference, operationKey } from '../domain/delta.js';
import type { StampedMap } from '../domain/import-map.js';
import type { ServedTicket } from './tickets-cache.js';
import { shownMap } from './preview-map.js';

interface Shown {
  readonly production: StampedMap;
  readonly delta: Delta;
  readonly map: StampedMap;
}

/** Of all maps that are kept, with the parts of their texts. */
const MOST_BYTES = 32 * 1024 * 1024;

@Injectable()
export class ShownMaps {
  private readonly last = new LRUCache<number, Shown>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ delta }) => bytesOf(delta),
  });

  /** Throws a conflict that names both, where two tickets want different things of a key. */
  of(production: StampedMap, tickets: readonly ServedTicket[]): StampedMap {
    const [ticket, another] = tickets;
    if (!ticket || another) return shownMap(production, tickets);
    const map = this.after(production, ticket) ?? shownMap(production, tickets);
    this.last.set(ticket.id, { production, delta: ticket.delta, map });
    return map;
  }

  private after(production: StampedMap, { id, delta }: ServedTicket): StampedMap | undefined {
    const last = this.last.get(id);
    if (last?.production !== production) return undefined;
    const { gone, come } = difference(last.delta, delta);
    const back = gone.map((operation) => {
      const key = operationKey(operation);
      return [key, production.get(key) ?? null] as const;
    });
    return last.map.with(new Map([...back, ...changesOf(come)]));
  }
}
