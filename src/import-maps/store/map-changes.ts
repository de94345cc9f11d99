// What changed in this process, said after the commit: serving hears of it at once, without the way through the database.
import { Injectable } from '@nestjs/common';
import type { MapNews } from './map-pointer.js';

type Listener = (news: MapNews) => void;

@Injectable()
export class MapChanges {
  private readonly listeners: Listener[] = [];

  /** After the commit; the other processes are told inside the transaction (announce in map-pointer.ts). */
  changed(news: MapNews): void {
    for (const listener of this.listeners) listener(news);
  }

  onChange(listener: Listener): void {
    this.listeners.push(listener);
  }
}
