// The lines of import maps on their way: stamped, promoted, reverted, released, held, locked.
import { because } from './line.js';

/** Where a ticket stood and where it stands; and what of it stands there: a revision, or the release that it made. */
export interface StageMove {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly release?: number;
  readonly revision?: number;
  readonly reason?: string;
}

const counted = (count: number, noun: string): string => `${count} ${count === 1 ? noun : `${noun}s`}`;

const resultOf = ({ release, revision }: Pick<StageMove, 'release' | 'revision'>): string =>
  release === undefined ? (revision === undefined ? '' : `: revision ${revision}`) : `: release ${release}`;

/** `TKT-1 stamped at dev: revision 1, 3 keys` */
export const stampedLine = (key: string, stage: string, revision: number, keys: number): string =>
  `${key} stamped at ${stage}: revision ${revision}, ${counted(keys, 'key')}`;

/** `TKT-1 changed its modules: revision 2, 1 key` */
export const modulesChangedLine = (key: string, revision: number, keys: number): string =>
  `${key} changed its modules: revision ${revision}, ${counted(keys, 'key')}`;

/** `TKT-1 promoted qa → prod: release 42` */
export const promotedLine = (move: StageMove): string =>
  `${move.key} promoted ${move.from} → ${move.to}${resultOf(move)}`;

/** `TKT-1 promoted past imports (main.js → ./gone.js leads nowhere): its page does without it` */
export const importsForcedLine = (key: string, what: string, reason: string): string =>
  `${key} promoted past imports (${what})${because(reason)}`;

/** `TKT-1 reverted prod → qa: release 43: the menu is gone` */
export const revertedLine = (move: StageMove): string =>
  `${move.key} reverted ${move.from} → ${move.to}${resultOf(move)}${because(move.reason)}`;

/** `TKT-1 suspended prod → qa: TKT-3 was reverted (release 43)` */
export const suspendedLine = (move: Required<Pick<StageMove, 'key' | 'from' | 'to' | 'release' | 'reason'>>): string =>
  `${move.key} suspended ${move.from} → ${move.to}: ${move.reason} (release ${move.release})`;

/** `TKT-1 reverted its modules to revision 2: why` */
export const modulesRevertedLine = (key: string, revision: number, reason?: string): string =>
  `${key} reverted its modules to revision ${revision}${because(reason)}`;

/** `TKT-1 rebased on release 42: nav mine` */
export const rebasedLine = (key: string, release: number, choices: readonly string[]): string =>
  `${key} rebased on release ${release}${because(choices.join(', '))}`;

/** `Release 42: TKT-1 promoted: revision 3` */
export const releaseLine = (release: number, what: string): string => `Release ${release}: ${what}`;

/** `TKT-1 held until 2026-11-22 08:00 UTC: waits for the release notes` */
export const heldLine = (key: string, { until, reason }: { until?: Date | null; reason?: string | null }): string =>
  `${key} held${untilText(until)}${because(reason)}`;

/** The key itself is nobody's to read in the history. */
export const previewKeyRenewedLine = (key: string): string =>
  `${key} has a new preview key: links with the old one no longer show it`;

export const unheldLine = (key: string, reason?: string): string => `${key} no longer held${because(reason)}`;

/** `prod of shop locked until 2026-11-22 08:00 UTC: holidays` */
export const lockedLine = (
  stage: string,
  project: string,
  { until, reason }: { until?: Date | null; reason?: string | null },
): string => `${stage} of ${project} locked${untilText(until)}${because(reason)}`;

export const unlockedLine = (stage: string, project: string, reason?: string): string =>
  `${stage} of ${project} unlocked${because(reason)}`;

/** `"promote TKT-1": TKT-1 promoted qa → prod: release 42` */
export const commandLine = (text: string, result: string): string => `"${text}": ${result}`;

/** ` until 2026-11-22 08:00 UTC`, or nothing. */
export const untilText = (until: Date | string | null | undefined): string =>
  until ? ` until ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '';
