// stamp.js as bytes, for each project, release and origin.
import { Injectable } from '@nestjs/common';
import { canonicalJson } from '../domain/stamped-map.js';
import type { ReleaseMap } from '../store/release-reader.js';
import { identityOf } from './identity.js';
import type { Wanted } from './map-answers.js';
import { baseOf } from './snippet.js';
import { stampScript } from './stamp-script.js';
import { type Stamp, Stamps } from './stamps.js';

@Injectable()
export class StampScripts {
  constructor(private readonly stamps: Stamps) {}

  of({ project, origin, modulesUrl }: Wanted, { map }: ReleaseMap): Stamp {
    const { name, stages, previews } = project;
    return this.stamps.of(`${identityOf(map)} ${modulesUrl} ${origin} stamp.js ${identityOf(project)}`, () =>
      stampScript({ project: name, base: baseOf(origin, name), map: canonicalJson(map, modulesUrl), stages, previews }),
    );
  }
}
