// What the URLs of modules begin with: the project's `modules_url`, the server's, or the origin that a client calls us by.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../config.js';
import { Db } from '../platform/database/db.js';
import { modulesBase } from '../platform/modules-url.js';
import { CONFIG } from '../platform/injection-tokens.js';
import { keepServersModulesUrl } from './keep-modules-url.js';

@Injectable()
export class ModulesUrls implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'modulesUrl'>,
    private readonly db: Db,
  ) {}

  /** Before it listens, so that no map has it before it is known. */
  async onApplicationBootstrap(): Promise<void> {
    const { modulesUrl } = this.config;
    if (modulesUrl !== undefined) await this.db.write(keepServersModulesUrl(modulesUrl));
  }

  /** What stands before `/modules/…`; null: the origin that the client calls us by. `setting`: the project's own. */
  of(setting: string | null | undefined): string | null {
    return setting ? modulesBase(setting) : (this.config.modulesUrl ?? null);
  }
}
