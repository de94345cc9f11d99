// Keeps the whole map of every hundredth release, so that no map has to be folded from the first layer on. Behind the flip
// and beside it: a map can be made without.
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Db } from '../../platform/database/db.js';
import { LOGGER } from '../../platform/tokens.js';
import { loggable } from '../../platform/loggable.js';
import { MapChanges } from './map-changes.js';
import { ProductionMaps } from './production-maps.js';

const EVERY = 100;

@Injectable()
export class Snapshots implements OnModuleInit {
  constructor(
    private readonly db: Db,
    private readonly maps: ProductionMaps,
    private readonly changes: MapChanges,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.changes.onChange((news) => {
      if (!('release' in news) || news.release === 0 || news.release % EVERY !== 0) return;
      this.keep(news.project, news.release).catch((error: unknown) => {
        this.log.warn({ error: loggable(error), ...news }, 'snapshot not kept');
      });
    });
  }

  /** Once, whoever comes first: every process hears of every flip. */
  async keep(project: number, release: number): Promise<void> {
    const [missing] = await this.db.run({
      text: 'SELECT 1 FROM release WHERE project_id = $1 AND number = $2 AND snapshot IS NULL',
      values: [project, release],
    });
    if (!missing) return;
    const map = await this.maps.at(project, release);
    await this.db.write({
      text: 'UPDATE release SET snapshot = $3::jsonb WHERE project_id = $1 AND number = $2 AND snapshot IS NULL',
      values: [project, release, JSON.stringify(map.keys.map((key) => [key, map.get(key)]))],
    });
  }
}
