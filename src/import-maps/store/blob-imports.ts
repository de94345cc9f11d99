// What kept scripts import, from memory or from where it was written at their upload: it never changes.
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Sql } from '../../platform/database/statement.js';
import type { ScriptImports } from '../../files/script-imports.js';

/** Of all that are kept in memory. */
const MOST_BYTES = 32 * 1024 * 1024;
/** What an entry takes beside its characters. */
const ENTRY_BYTES = 200;

@Injectable()
export class BlobImports {
  private readonly known = new LRUCache<string, ScriptImports>({ maxSize: MOST_BYTES });

  /** By hash; those that nobody looked at, or that are no scripts, are left out. */
  async of(sql: Sql, hashes: readonly string[]): Promise<Map<string, ScriptImports>> {
    const found = new Map<string, ScriptImports>();
    const unknown = new Set<string>();
    for (const hash of hashes) {
      const imports = this.known.get(hash);
      if (imports) found.set(hash, imports);
      else unknown.add(hash);
    }
    if (unknown.size === 0) return found;
    const rows = await sql.run<{ hash: string; imports: string }>({
      name: 'blob_imports',
      text: `SELECT hash, imports FROM blob WHERE hash = ANY($1::text[]) AND imports <> ''`,
      values: [[...unknown]],
    });
    for (const { hash, imports: json } of rows) {
      const imports = JSON.parse(json) as ScriptImports;
      this.known.set(hash, imports, { size: ENTRY_BYTES + json.length });
      found.set(hash, imports);
    }
    return found;
  }
}
