// What somebody who changes a ticket's modules should know: who else is at its keys, what production did since, what dangles.
import { setImmediate as turn } from 'node:timers/promises';
import type { Tx } from '../../platform/database/db.js';
import { inSlices } from '../../platform/in-slices.js';
import { findingStale } from '../domain/conflict.js';
import { pastText } from '../domain/conflicts-policy.js';
import { type Broken, brokenSince, type Dangling, dangling, importersIn, leadsUnder } from '../domain/dangling.js';
import { type Delta, type Operation, stamping } from '../domain/delta.js';
import { keyText, type MapKey } from '../domain/map-key.js';
import type { StampedMap } from '../domain/stamped-map.js';
import { type KeyChange, layersImporting } from '../store/key-history.js';
import type { Overlap } from '../store/overlaps.js';
import type { LockedTicket } from '../store/ticket-deltas.js';
import type { MapWarning } from './map-warning.js';
import { type Overtaken, overtakenOf } from './stale-facts.js';

export const overlapWarning = ({ key, other, ticket, stage }: Overlap): MapWarning => ({
  code: 'overlap',
  key,
  ticket,
  message: `${ticket} (at ${stage}) changes ${keyText(other)} too: whoever is promoted second has to rebase.`,
});

/** Who it was: `TKT-9`, or the release that a direct write made. */
const whoChanged = (change: KeyChange | undefined): string =>
  change?.ticket ?? (change ? `A direct write (release ${change.release})` : 'Somebody');

function overtakenText(overtaken: Overtaken): string {
  const { key, change, past } = overtaken;
  return past
    ? `${pastText([{ ...overtaken, past }])}.`
    : `${whoChanged(change)} changed ${keyText(key)} since your base.`;
}

/** Keys whose value in production is no longer what operations were based on. The last one of a key counts. */
export async function overtakenWarnings(
  tx: Tx,
  ticket: LockedTicket,
  operations: readonly Operation[],
  production: StampedMap,
): Promise<MapWarning[]> {
  const found = await inSlices(findingStale(operations, production));
  const stale = [...new Map(found.map((one) => [one.key, one])).values()];
  return (await overtakenOf(tx, ticket, stale)).map((overtaken) => {
    const { key, otherTicket } = overtaken;
    return {
      code: 'overtaken',
      key,
      ...(otherTicket === null ? {} : { ticket: otherTicket }),
      message: overtakenText(overtaken),
    };
  });
}

/** What others import and the delta takes away, and what the delta's own modules import and nobody has. */
export async function danglingWarnings(
  tx: Tx,
  ticket: LockedTicket,
  delta: Delta,
  production: StampedMap,
): Promise<MapWarning[]> {
  const deleted = [...new Set(delta.filter(({ set }) => !set).map(({ specifier }) => specifier))];
  const layers = await layersImporting(tx, ticket.project.id, ticket.release, deleted);
  const stamped = await inSlices(stamping(production, delta));
  const others = layers.flatMap((layer) => importersIn(layer.delta));
  const shown = others.filter(({ key, url }) => stamped.get(key)?.url === url);
  const [leads, ledBefore] = [leadsUnder(stamped), leadsUnder(production)];
  const ownNowhere = await inTurns(importersIn(delta), (some) => dangling(stamped, some, leads));
  const othersNowhere = await inTurns(shown, (some) => dangling(stamped, some, leads));
  const broken = await inTurns([...othersNowhere, ...ownNowhere], (some) => brokenSince(production, some, ledBefore));
  const told = new Set(broken.map(importText));
  const missing = ownNowhere.filter((found) => !told.has(importText(found)));
  return [
    ...[...importersByKey(broken)].map(([key, importers]) => deletedButImported(key, importers)),
    ...missing.map(({ importer, specifier }) => leadsNowhere(importer.key, specifier)),
  ];
}

/** So many at a time, and then others have their turn: a ticket may have tens of thousands of modules. */
const AT_ONCE = 500;

async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (some: readonly Item[]) => readonly Result[],
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    if (from > 0) await turn();
    for (const result of work(items.slice(from, from + AT_ONCE))) results.push(result);
  }
  return results;
}

const importText = ({ importer, specifier }: Dangling): string => `${importer.key}\n${specifier}`;

function importersByKey(broken: readonly Broken[]): Map<MapKey, string[]> {
  const found = new Map<MapKey, string[]>();
  for (const { key, importer } of broken) {
    const importers = found.get(key) ?? [];
    found.set(key, importers);
    importers.push(keyText(importer.key));
  }
  return found;
}

const MOST_NAMED = 5;

function deletedButImported(key: MapKey, importers: readonly string[]): MapWarning {
  const names = [...new Set(importers)];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const list = `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
  return { code: 'dangling', key, message: `${keyText(key)} is deleted, but imported by ${list}.` };
}

const leadsNowhere = (key: MapKey, specifier: string): MapWarning => ({
  code: 'dangling',
  key,
  message: `${keyText(key)} imports ${specifier.slice(0, 200)}, which leads nowhere in this ticket's map.`,
});
