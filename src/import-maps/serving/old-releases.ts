// The maps of releases that aren't live any more, for `?release=` and `?at=`. Anybody may ask for any of them, and each is a whole
// map that has to be read: the latest are kept, each is read once for all who ask meanwhile, and one at a time.
import { Injectable } from '@nestjs/common';
import type { ImportMap } from '../domain/import-map.js';
import { ProductionMaps } from '../store/production-maps.js';
import { LoadingCache } from './loading-cache.js';
import { ServingDb, tooManyPages } from './serving-db.js';

const MOST_MAPS = 1000;
/** Of all maps that are kept, together. */
const MOST_KEYS = 200_000;
/** Different ones that wait to be read; beyond that the answer is 503 at once. */
const MOST_WAITING = 16;

/** A release as it is in the database. */
export interface KnownRelease {
  readonly project: number;
  readonly number: number;
  /** When it became live: with it no other release is meant, even one that a restored database gave the same number. */
  readonly since: string;
}

@Injectable()
export class OldReleases {
  private readonly maps = new LoadingCache<ImportMap>({
    ...{ entries: MOST_MAPS, bytes: MOST_KEYS, sizeOf: (map: ImportMap) => map.size + 1 },
  });
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly releases: ProductionMaps,
    private readonly db: ServingDb,
  ) {}

  /** The map of a release that is there. The same object each time, as long as it is kept. Rejects with unavailable. */
  async mapOf(release: KnownRelease): Promise<ImportMap> {
    const live = this.releases.latest(release.project);
    if (!live || live.release <= release.number) return this.read(release);
    const name = `${release.project} ${release.number} ${release.since}`;
    return this.maps.current(name) ?? ((await this.maps.load(name, () => this.inTurn(release))) as ImportMap);
  }

  private async inTurn(release: KnownRelease): Promise<ImportMap> {
    if (this.waiting >= MOST_WAITING) throw tooManyPages();
    this.waiting++;
    const map = this.last.then(() => this.read(release)).finally(() => this.waiting--);
    this.last = map.catch(() => undefined);
    return map;
  }

  private read({ project, number }: KnownRelease): Promise<ImportMap> {
    return this.releases.at(project, number, this.db);
  }
}
