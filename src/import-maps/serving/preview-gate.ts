// Whether whoever asks may see tickets' maps. On a server that asks for tokens a ticket's map is unreleased code: it needs a
// token that may read it, or the ticket's preview key in the link. Whoever has neither learns nothing of any ticket, not even
// whether there is one, and costs no query; one who tries keys is slowed down and counted.
import { Inject, Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { RateLimits } from '../../access/rate-limits.js';
import { holdsScope, type Principal } from '../../platform/principal.js';
import type { Linked } from '../domain/preview-link.js';
import { isPreviewKey, readLinked } from '../domain/preview-link.js';
import { PreviewLocks } from '../../projects/preview-locks.js';
import { FreshMaps } from './fresh-maps.js';
import type { Wanted } from './map-answers.js';
import type { AskedTickets } from './map-request.js';

/** Who asks for a map. */
export interface Visitor {
  readonly principal: Principal | undefined;
  readonly address: string;
  /** Of the header X-Stamp-Preview-Key: what stamp.js sends, so that the key is in no URL that it asks. */
  readonly keys: string | undefined;
}

/** `unasked`: keys were given, and the database couldn't be asked for them. */
export type Admission = 'shown' | 'locked' | 'unasked';

/** A wrong key is answered no sooner, so that how long it took says nothing of what was looked up. */
const WRONG_KEY_MS = 100;

@Injectable()
export class PreviewGate {
  constructor(
    private readonly locks: PreviewLocks,
    private readonly fresh: FreshMaps,
    @Inject(RateLimits) private readonly limits: Pick<RateLimits, 'failed'>,
  ) {}

  /** Rejects with too_many where the address tried too many keys that are none. */
  async admit(visitor: Visitor, wanted: Wanted, asked: readonly AskedTickets[]): Promise<Admission> {
    const { project } = wanted;
    if (!this.locks.isLocked(project.openPreviews) || mayRead(visitor.principal, project.id)) return 'shown';
    const tickets = asked.flatMap((one) => one.tickets).map(keyedBy(visitor.keys));
    // Without a look at those that have one: the answer is the same whatever they are.
    if (tickets.some(({ previewKey }) => previewKey === undefined)) return 'locked';
    const started = performance.now();
    const found = await Promise.all(tickets.map((ticket) => this.judge(wanted, ticket)));
    if (found.every((one) => one === 'shown')) return 'shown';
    if (found.includes('unasked')) return 'unasked';
    await pause(Math.max(0, WRONG_KEY_MS - (performance.now() - started)));
    for (const one of found) if (one === 'locked') await this.limits.failed(visitor.address);
    return 'locked';
  }

  private async judge({ project, wait }: Wanted, { reference, previewKey = '' }: Linked): Promise<Admission> {
    if (!isPreviewKey(previewKey)) return 'locked';
    const { value, stale } = await this.fresh.ticket(project, reference, wait);
    if (isSame(previewKey, value?.previewKey ?? NOBODYS)) return 'shown';
    return stale ? 'unasked' : 'locked';
  }
}

/** As long as a key, and not one. */
const NOBODYS = '~'.repeat(16);

const isSame = (one: string, other: string): boolean => timingSafeEqual(Buffer.from(one), Buffer.from(other));

const mayRead = (principal: Principal | undefined, project: number): boolean =>
  principal !== undefined && holdsScope(principal, 'read') && (!principal.reach || principal.reach.has(project));

/** `TKT-1~<key>,TKT-7~<key>`; a key in the URL counts before it. */
function keyedBy(header: string | undefined): (ticket: Linked) => Linked {
  const keys = new Map((header ?? '').split(',').map((one) => [readLinked(one).reference, readLinked(one).previewKey]));
  return ({ reference, previewKey }) => ({ reference, previewKey: previewKey ?? keys.get(reference) });
}
