// What somebody who changes modules is told beside the answer.
import type { MapKey } from '../domain/map-key.js';

/** Something that the one who uploads should know; nothing that stops it. */
export interface MapWarning {
  /**
   * `overlap`: another open ticket is at the key. `overtaken`: production's value is newer than the ticket's base. `dangling`:
   * deleted, but imported. `dropped`: an earlier version of a package had it. `outside`: imported from outside the folder that was uploaded. `dynamic`: a source imports by what can't be rewritten for sure. `left_out`: the standard ignores it, and `?lenient=1` asked for that.
   */
  readonly code: 'overlap' | 'overtaken' | 'dangling' | 'dropped' | 'outside' | 'dynamic' | 'left_out';
  readonly key: MapKey;
  /** The other ticket's key (`TKT-9`), where there is one. */
  readonly ticket?: string;
  readonly message: string;
}
