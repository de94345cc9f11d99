// What changed: said inside the transaction to every process, and after its commit to this one, which serving hears of at once
// without the way through the database.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { MAP_CHANNEL, type MapNews } from './production-pointer.js';

type Listener = (news: MapNews) => void;

@Injectable()
export class MapChanges {
  private readonly listeners: Listener[] = [];

  /** A ticket's modules or stage changed. Flips are rare, so NOTIFY's lock at commit costs nothing here. */
  async announce(tx: Tx, news: { readonly ticket: number }): Promise<void> {
    this.follow(tx, news);
    await tx.run({ name: 'map_news', text: 'SELECT pg_notify($1, $2)', values: [MAP_CHANNEL, JSON.stringify(news)] });
  }

  /**
   * The same for what a statement of the caller notifies the other processes of. Where the answer to the COMMIT is lost, what is
   * kept of the ticket is read again; where production is, the database is asked for.
   */
  follow(tx: Tx, news: MapNews): void {
    const { ticket } = news;
    tx.afterCommit(
      () => this.changed(news),
      () => {
        if (ticket !== undefined) this.changed({ ticket });
      },
    );
  }

  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }

  private changed(news: MapNews): void {
    for (const listener of this.listeners) listener(news);
  }
}
