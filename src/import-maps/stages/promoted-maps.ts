// Production's map before a promotion and after it: made once, for the policies that look at it and for the release.
import { inSlices } from '../../platform/in-slices.js';
import { type Delta, stamping } from '../domain/delta.js';
import type { StampedMap } from '../domain/import-map.js';

export class PromotedMaps {
  private made: Promise<StampedMap> | undefined;

  constructor(
    readonly production: StampedMap,
    private readonly delta: Delta,
  ) {}

  /** Production with the ticket over it. */
  get merged(): Promise<StampedMap> {
    return (this.made ??= inSlices(stamping(this.production, this.delta)));
  }
}
