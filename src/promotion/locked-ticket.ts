// A ticket with what every promotion decides on, whatever is promoted with it: its project's stages and settings, and production.
import type { PolicyRule } from '../projects/policy-rules.js';
import type { StageOrder } from '../projects/stages/stage-order.js';
import type { QuotaSetting } from '../quotas/quota-setting.js';
import type { Row } from '../rest/resource.js';

/** As it is behind the lock, where a transaction has locked its row. */
export interface LockedTicket {
  readonly id: number;
  /** As people wrote it: `TKT-001`. */
  readonly key: string;
  readonly row: Row;
  readonly project: { readonly id: number; readonly name: string };
  readonly stages: StageOrder;
  readonly overlap: 'warn' | 'block';
  /** What its pages begin with; null where it doesn't say. */
  readonly entries: readonly string[] | null;
  /** The project's own; null where it has none. */
  readonly quotas: QuotaSetting | null;
  /** What a link to its preview has; null where links need none. */
  readonly previewKey: string | null;
  /** Whether the server asks for tokens, so that it knows who speaks. */
  readonly asksTokens: boolean;
  /** The page that links to its preview lead to: the project's setting. */
  readonly page: string | null;
  /** What the URLs of its project's modules begin with; null: the origin that a client calls us by. */
  readonly modulesUrl: string | null;
  /** The project's rules of promotion, for every stage. */
  readonly rules: readonly PolicyRule[];
  /** Null until it carries modules. */
  readonly stage: string | null;
  readonly closed: boolean;
  readonly version: number;
  /** What production is at; may be older than a flip that is on its way unless the pointer is locked. */
  readonly release: number;
}
