// The token that all others are made with: where tokens are asked for and nobody could make one, the server makes it, once,
// into a file that only its own user reads.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.js';
import { Db, type Tx } from '../platform/database/db.js';
import { CONFIG } from '../platform/injection-tokens.js';
import { OPERATOR } from '../platform/principal.js';
import { AccessTokens } from './access-tokens.js';
import { hashOf } from './token-text.js';

export const ADMIN_FILE = 'admin-token';
/** All but `override` and those of stages, since nobody can give what they haven't got: who may release is said by `stampline token create`. */
const SCOPES = ['read', 'ticket:write', 'status:write', 'artifact:write', 'event:write', 'stage:lock', 'admin'];
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
    // A name of its own: a server whose session, and with it the lock, ended while its disk hung writes late to no file of others.
    const draft = `${file}.${randomUUID()}`;
    const made = await this.db.transaction(async (tx) => {
      // Of several servers that start at once, one makes it.
      await tx.run({ text: "SELECT pg_advisory_xact_lock(hashtext('first admin token'))" });
      await this.settleDrafts(tx, file);
      if (await this.tokens.hasAdmin(tx)) return false;
      const wanted = { owner: 'admin', purpose: 'Created at the first start', scopes: SCOPES, days: DAYS };
      const { token } = await this.tokens.create(tx, wanted, OPERATOR);
      await fs.mkdir(this.config.dataFolder, { recursive: true });
      // Before the commit: a token that nobody knows would be in the way of the next start's.
      await fs.writeFile(draft, `${token}\n`, { mode: 0o600, flag: 'wx', flush: true });
      return true;
    });
    if (!made) return;
    // Where another server that starts now has settled it, it is there.
    await fs.rename(draft, file).catch(ifAbsent);
    this.written = file;
  }

  /** Tokens that servers wrote which were killed, or cut off, around their commit: one that counts is the administrator's. */
  private async settleDrafts(tx: Tx, file: string): Promise<void> {
    const folder = path.dirname(file);
    for (const name of await fs.readdir(folder).catch(() => [])) {
      if (!DRAFT.test(name)) continue;
      const draft = path.join(folder, name);
      const hash = hashOf((await fs.readFile(draft, 'utf8')).trim());
      if ((await this.tokens.counting(tx, [hash])).has(hash)) await fs.rename(draft, file).catch(ifAbsent);
      else await fs.rm(draft, { force: true });
    }
  }
}

/** Of ADMIN_FILE. */
const DRAFT = /^admin-token\.[\da-f-]{36}$/;

function ifAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
