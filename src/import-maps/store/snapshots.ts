// Keeps the whole map of every hundredth release, and of a large map less often, so that no map has to be folded from the
// first layer on. Behind the flip and beside it: a map can be made without.
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Db } from '../../platform/database/db.js';
import { LOGGER } from '../../platform/injection-tokens.js';
import { errorForLog } from '../../platform/error-for-log.js';
import type { ImportMap } from '../domain/import-map.js';
import { MapChanges } from '../../promotion/map-changes.js';
import { ProductionMaps } from './production-maps.js';

const EVERY = 100;
/** Postgres takes 30 ms to store 10 000 keys: between two snapshots may lie a tenth as many releases as the map has keys. */
const KEYS_PER_RELEASE = 10;
/** So many keys are written at once, and then others have their turn: a whole map would hold up the next ten promotions. */
const SLICE = 100;
const SLICE_EVERY_MS = 5;

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
        this.log.warn({ error: errorForLog(error), ...news }, 'the snapshot was not stored');
      });
    });
  }

  /** Once, whoever comes first: every process hears of every flip. */
  async keep(project: number, release: number): Promise<void> {
    // Taken at once: a moment later the process knows only the release after it, and would fold this one from the layers.
    const latest = this.maps.latest(project);
    if (latest && release % interval(latest.map) !== 0) return;
    const [missing] = await this.db.run({
      text: 'SELECT 1 FROM release WHERE project_id = $1 AND number = $2 AND snapshot IS NULL',
      values: [project, release],
    });
    if (!missing) return;
    const map = latest?.release === release ? latest.map : await this.maps.at(project, release);
    await this.db.write({
      text: 'UPDATE release SET snapshot = $3::jsonb WHERE project_id = $1 AND number = $2 AND snapshot IS NULL',
      values: [project, release, await snapshotText(map)],
    });
  }
}

const interval = ({ targets }: ImportMap): number =>
  EVERY * Math.max(1, Math.ceil(targets.size / KEYS_PER_RELEASE / EVERY));

async function snapshotText({ targets }: ImportMap): Promise<string> {
  const slices: string[] = [];
  const keys = [...targets.keys()];
  for (let from = 0; from < keys.length; from += SLICE) {
    const slice = keys.slice(from, from + SLICE).map((key) => [key, targets.get(key)]);
    slices.push(JSON.stringify(slice).slice(1, -1));
    await pause(SLICE_EVERY_MS, undefined, { ref: false });
  }
  return `[${slices.join(',')}]`;
}
