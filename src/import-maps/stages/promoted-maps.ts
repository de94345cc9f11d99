// Production's map before a promotion and after it: made once, for the policies that look at it and for the release.
import { inSlices } from '../../platform/in-slices.js';
import { type Delta, overlaying } from '../domain/delta.js';
import type { ImportMap } from '../domain/import-map.js';

export class PromotedMaps {
  private made: Promise<ImportMap> | undefined;

  constructor(
    readonly production: ImportMap,
    private readonly delta: Delta,
  ) {}

  /** Production with the ticket over it. */
  get merged(): Promise<ImportMap> {
    return (this.made ??= inSlices(overlaying(this.production, this.delta)));
  }
}
