// How many streams and waits for tickets a project, and an owner of tokens, may have open at once: over all their addresses and
// tokens, each of which has a share of its own (request-shares.ts). Counted in memory, for each server by itself.
import { Inject, Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { Db } from '../platform/database/db.js';
import { errorForLog } from '../platform/error-for-log.js';
import { CONFIG, LOGGER } from '../platform/injection-tokens.js';
import {
  exceeded,
  type Holder,
  ownerHolder,
  projectHolder,
  type QuotaProject,
  tell,
  type Told,
  CALM,
} from './quota.js';
import { say, type Teller } from './quotas.js';

export type OpenQuota = 'streams' | 'waits';

/** Seconds. An open request may end at any moment. */
const RETRY_AFTER = 5;

interface Use {
  readonly quota: OpenQuota;
  /** As when it was counted last. */
  readonly holder: Holder;
  used: number;
  told: Told;
}

export interface OpenUse {
  readonly quota: OpenQuota;
  readonly scope: string;
  readonly used: number;
  readonly limit: number;
}

@Injectable()
export class OpenQuotas {
  private readonly uses = new Map<string, Use>();

  constructor(
    private readonly db: Db,
    @Inject(CONFIG) private readonly config: Pick<Config, 'quotas'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** What is open now, at this server. */
  get open(): OpenUse[] {
    return [...this.uses.values()].map(({ quota, holder: { scope, limit }, used }) => ({ quota, scope, used, limit }));
  }

  /**
   * Counts a request for its owner and its projects until its answer is over. Rejects with too_many `quota.streams` or
   * `quota.waits` where it would be too many for one of them, and counts nothing.
   */
  take(quota: OpenQuota, owner: string, projects: readonly QuotaProject[], answer: ServerResponse): void {
    const { quotas } = this.config;
    const holders = [...projects.map((one) => projectHolder(quota, one, quotas)), ownerHolder(quota, owner, quotas)];
    const only = projects.length === 1 ? (projects[0]?.id ?? null) : null;
    for (const holder of holders) {
      const used = (this.uses.get(`${quota} ${holder.scope}`)?.used ?? 0) + 1;
      if (used > holder.limit) throw exceeded(quota, holder, used, RETRY_AFTER);
    }
    for (const holder of holders) this.add(quota, holder, { actor: owner, project: only });
    const over = (): void => holders.forEach((holder) => this.remove(quota, holder));
    // The client may have left before this.
    if (answer.closed) over();
    else answer.once('close', over);
  }

  private add(quota: OpenQuota, holder: Holder, teller: Teller): void {
    const key = `${quota} ${holder.scope}`;
    const before = this.uses.get(key) ?? { used: 0, told: '' as Told };
    const used = before.used + 1;
    const { told, tells } = tell(before.told, before.used < CALM * holder.limit, used, holder.limit);
    this.uses.set(key, { quota, holder, used, told });
    if (tells === '') return;
    this.db
      .transaction((tx) => say(tx, quota, holder, { told: tells, used }, teller))
      .catch((error: unknown) =>
        this.log.warn({ err: errorForLog(error) }, 'the event for a used-up quota was not written'),
      );
  }

  private remove(quota: OpenQuota, { scope }: Holder): void {
    const key = `${quota} ${scope}`;
    const use = this.uses.get(key);
    if (!use || use.used <= 1) this.uses.delete(key);
    else use.used -= 1;
  }
}
