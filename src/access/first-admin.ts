// The token that all others are made with: where tokens are asked for and nobody could make one, the server makes it, once,
// into a file that only its own user reads.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.js';
import { Db } from '../platform/database/db.js';
import { CONFIG } from '../platform/tokens.js';
import { OPERATOR } from '../platform/principal.js';
import { AccessTokens } from './access-tokens.js';

export const ADMIN_FILE = 'admin-token';
/** All but those of stages, since nobody can give what they haven't got: who may release is said by `stampline token create`. */
const SCOPES = ['read', 'ticket:write', 'status:write', 'artifact:write', 'event:write', 'admin'];
const DAYS = 3650;

@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  /** The file that was just written, for the start's words. */
  written: string | undefined;

  constructor(
    private readonly db: Db,
    private readonly tokens: AccessTokens,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.access.required) return;
    const file = path.join(this.config.dataFolder, ADMIN_FILE);
    const made = await this.db.transaction(async (tx) => {
      // Of several servers that start at once, one makes it.
      await tx.run({ text: "SELECT pg_advisory_xact_lock(hashtext('first admin token'))" });
      if (await this.tokens.hasAdmin(tx)) return false;
      const wanted = { owner: 'admin', purpose: 'Made at the first start', scopes: SCOPES, days: DAYS };
      const { token } = await this.tokens.create(tx, wanted, OPERATOR);
      await fs.mkdir(this.config.dataFolder, { recursive: true });
      // Before the commit: a token that nobody knows would be in the way of the next start's.
      await fs.rm(file, { force: true });
      await fs.writeFile(file, `${token}\n`, { mode: 0o600, flag: 'wx', flush: true });
      return true;
    });
    if (made) this.written = file;
  }
}
