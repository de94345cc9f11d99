// A ticket's modules change: a new revision of its delta (import-maps.md, sections 1 and 2). The first change registers it.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Change, Delta } from '../domain/delta.js';
import type { MapKey } from '../domain/map-key.js';

/** Where the modules of a revision come from. */
export interface Provenance {
  readonly git_remote?: string | null;
  readonly git_branch?: string | null;
  readonly git_commit?: string | null;
}

export interface DeltaOptions {
  readonly actor: string;
  /** The ETags of the ticket that the client accepts; see rest/http/entity-tag.ts. */
  readonly ifMatch: readonly string[] | undefined;
  readonly provenance?: Provenance;
  /** SHA-256 of every blob that the changes lead to; kept as `blob_use` of the new revision. */
  readonly blobs?: readonly string[];
}

/** Something that the one who uploads should know; nothing that stops it. */
export interface MapWarning {
  /** `overlap`: another open ticket is at the key. `overtaken`: production's value is newer than the ticket's base. `dangling`: deleted, but imported. */
  readonly code: 'overlap' | 'overtaken' | 'dangling';
  readonly key: MapKey;
  /** The other ticket's key (`TKT-9`), where there is one. */
  readonly ticket?: string;
  readonly message: string;
}

export interface DeltaReport {
  readonly ticket: number;
  readonly key: string;
  readonly stage: string;
  /** The revision that the ticket is at now; unchanged where the changes change nothing. */
  readonly revision: number;
  readonly version: number;
  readonly delta: Delta;
  readonly warnings: readonly MapWarning[];
}

@Injectable()
export class ChangeDelta {
  /**
   * Sets and deletes keys of a ticket's delta. Rejects with not_found; conflict `ticket.closed`, `ticket.frozen` (past its
   * first stage: the message has the command that reverts it), `modules.overlap` where the project blocks overlaps;
   * precondition.
   */
  run(_tx: Tx, _ticket: number, _changes: readonly Change[], _options: DeltaOptions): Promise<DeltaReport> {
    return Promise.reject(new Error('not built yet'));
  }
}
