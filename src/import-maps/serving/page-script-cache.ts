// stamp.js as bytes, for each project, release and origin.
import { Injectable } from '@nestjs/common';
import { writing } from '../domain/import-map.js';
import type { ReleaseMap } from '../store/release-reader.js';
import { identityOf } from './identity.js';
import type { Wanted } from './map-answers.js';
import { baseOf } from './snippet.js';
import { pageScriptText } from './page-script-text.js';
import { type ServedBytes, ServedBytesCache } from './served-bytes-cache.js';

@Injectable()
export class PageScriptCache {
  constructor(private readonly stamps: ServedBytesCache) {}

  of({ project, origin, modulesUrl }: Wanted, { map }: ReleaseMap): Promise<ServedBytes> {
    const { name, stages, previews } = project;
    return this.stamps.of(`${identityOf(map)} ${modulesUrl} ${origin} stamp.js ${identityOf(project)}`, function* () {
      const text = yield* writing(map, modulesUrl);
      return pageScriptText({ project: name, base: baseOf(origin, name), map: text, stages, previews });
    });
  }
}
