// What is in use of quotas, for /metrics: of each quota the few that use the most of it, so that neither the answer nor what
// Prometheus keeps grows with projects and owners.
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.js';
import { Db } from '../platform/database/db.js';
import { Metrics, type QuotaFigure } from '../platform/metrics.controller.js';
import { CONFIG } from '../platform/injection-tokens.js';
import { OpenQuotas } from './open-quotas.js';
import { type Quota, WORDS } from './quota.js';

/** Of each quota. */
const MOST = 20;
const COUNTED: readonly Quota[] = ['files', 'keys', 'events'];
const OPEN: readonly Quota[] = ['streams', 'waits'];
const MEGABYTE = 1024 * 1024;
const LIMIT_MS = 1000;

@Injectable()
export class QuotaMetrics {
  constructor(
    private readonly db: Db,
    private readonly open: OpenQuotas,
    @Inject(CONFIG) private readonly config: Pick<Config, 'quotas'>,
    metrics: Metrics,
  ) {
    metrics.quotas = () => this.figures();
  }

  private async figures(): Promise<QuotaFigure[]> {
    const counted = await Promise.all(COUNTED.map((quota) => this.inTime(quota)));
    const uses = this.open.open;
    const open = OPEN.map((quota) =>
      uses
        .filter((use) => use.quota === quota)
        .sort((one, other) => other.used / other.limit - one.used / one.limit)
        .slice(0, MOST),
    );
    return [...counted, ...open].flat();
  }

  /** None where the database can't say so in time: the other figures are told all the same, then more than ever. */
  private inTime(quota: Quota): Promise<QuotaFigure[]> {
    const late = pause(LIMIT_MS, [], { ref: false });
    return Promise.race([late, this.counted(quota).catch(() => [])]);
  }

  private async counted(quota: Quota): Promise<QuotaFigure[]> {
    const unit = quota === 'files' ? MEGABYTE : 1;
    const rows = await this.db.run<QuotaFigure>({
      name: 'quota_figures',
      text: `SELECT $1::text AS quota, u.scope, CASE WHEN $1 <> 'events' OR u.ends_at > clock_timestamp() THEN u.used ELSE 0 END AS used, l.value AS limit
        FROM quota_use u
          LEFT JOIN ticket t ON t.id = CASE WHEN u.scope LIKE 'ticket/%' THEN substr(u.scope, 8)::bigint END
          LEFT JOIN project p ON p.id = CASE WHEN u.scope LIKE 'project/%' THEN substr(u.scope, 9)::bigint ELSE t.project_id END,
          LATERAL (SELECT COALESCE((p.settings->'quotas'->>$2)::bigint * $3::bigint, $4::bigint) AS value) l
        WHERE u.what = $1 ORDER BY u.used::float8 / l.value DESC, u.scope LIMIT ${MOST}`,
      values: [quota, WORDS[quota].setting, unit, this.config.quotas[quota]],
      limitMs: LIMIT_MS,
    });
    return rows;
  }
}
