// stamp.js as bytes, for each project, release and origin.
import { Injectable } from '@nestjs/common';
import { writing } from '../domain/import-map.js';
import type { ReleaseMap } from '../store/release-reader.js';
import { identityOf } from './identity.js';
import type { Wanted } from './map-answers.js';
import { baseOf } from './snippet.js';
import { stampScript } from './page-script-text.js';
import { type Stamp, Stamps } from './served-bytes-cache.js';

@Injectable()
export class StampScripts {
  constructor(private readonly stamps: Stamps) {}

  of({ project, origin, modulesUrl }: Wanted, { map }: ReleaseMap): Promise<Stamp> {
    const { name, stages, previews } = project;
    return this.stamps.of(`${identityOf(map)} ${modulesUrl} ${origin} stamp.js ${identityOf(project)}`, function* () {
      const text = yield* writing(map, modulesUrl);
      return stampScript({ project: name, base: baseOf(origin, name), map: text, stages, previews });
    });
  }
}
