// What somebody who changes a ticket's modules should know: who else is at its keys, what production did since, what dangles.
import { setImmediate as turn } from 'node:timers/promises';
import type { Tx } from '../../platform/database/db.js';
import { inSlices } from '../../platform/in-slices.js';
import { findingStale } from '../domain/conflict.js';
import { pastText } from '../domain/conflicts-policy.js';
import { knownToBeThere, type PackageTrees } from '../../files/package-trees.js';
import {
  type Broken,
  brokenSince,
  type Dangling,
  dangling,
  type Importer,
  importersIn,
  type Leads,
  leadsUnder,
  leadsWhere,
  placesInFolders,
} from '../domain/dangling.js';
import { type Delta, type DeltaEntry, overlaying } from '../domain/delta.js';
import { keyOf, keyText, type MapKey } from '../domain/map-key.js';
import type { PackageName, Replaced } from '../domain/package-keys.js';
import type { ImportMap } from '../domain/import-map.js';
import { type KeyChange, layersImporting } from '../store/key-history.js';
import type { Overlap } from '../store/overlaps.js';
import type { DeltaTicket } from '../store/ticket-deltas.js';
import { goneIn } from './gone-specifiers.js';
import type { MapWarning } from './map-warning.js';
import { type Overtaken, overtakenOf } from './stale-facts.js';
import { quoted } from '../../platform/redact.js';

export const overlapWarning = ({ key, other, ticket, stage }: Overlap): MapWarning => ({
  code: 'overlap',
  key,
  ticket,
  message: `${ticket} (at ${stage}) changes ${keyText(other)} too: the ticket that is promoted second must be rebased.`,
});

/** Who it was: `TKT-9`, or the release that a direct write made. */
const whoChanged = (change: KeyChange | undefined): string =>
  change?.ticket ?? (change ? `A direct write (release ${change.release})` : 'Another change');

function overtakenText(overtaken: Overtaken): string {
  const { key, change, past } = overtaken;
  return past
    ? `${pastText([{ ...overtaken, past }])}.`
    : `${whoChanged(change)} changed ${keyText(key)} since your base.`;
}

/** Keys whose value in production is no longer what operations were based on. The last one of a key counts. */
export async function overtakenWarnings(
  tx: Tx,
  ticket: DeltaTicket,
  operations: readonly DeltaEntry[],
  production: ImportMap,
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

/** What an earlier version of a package had, and this one has not. */
export function leftWarnings(
  { name, scope }: PackageName,
  { withdrawn, dropped }: Pick<Replaced, 'withdrawn' | 'dropped'>,
): MapWarning[] {
  const warning = (keys: readonly MapKey[], whose: string): MapWarning[] => {
    if (keys.length === 0) return [];
    const names = namesOf(keys.map(keyText));
    const [has, them] = keys.length === 1 ? ['is', 'it'] : ['are', 'them'];
    const message = `${names} ${has} not in ${name} as it came, ${whose} ${them}.`;
    return [{ code: 'dropped', key: keyOf(`${name}/`, scope), message }];
  };
  return [
    ...warning(withdrawn, 'and the ticket no longer has'),
    ...warning(dropped, 'which production has: the ticket deletes'),
  ];
}

/** What others import and the delta takes away, and what the delta's own modules import and nobody has. */
export async function danglingWarnings(
  tx: Tx,
  {
    ticket,
    delta,
    production,
  }: { readonly ticket: DeltaTicket; readonly delta: Delta; readonly production: ImportMap },
  trees: PackageTrees,
): Promise<MapWarning[]> {
  const gone = await goneIn(delta, production, trees);
  const layers = await layersImporting(tx, ticket.project.id, ticket.release, gone);
  const stamped = await inSlices(overlaying(production, delta));
  const [own, others] = [importersIn(delta), layers.flatMap((layer) => importersIn(layer.delta))];
  const shown = others.filter(({ key, url }) => stamped.get(key)?.url === url);
  const [leads, ledBefore] = await leadsTo([stamped, production], [...own, ...shown], trees);
  const ownNowhere = await inTurns(own, (some) => dangling(stamped, some, leads));
  const othersNowhere = await inTurns(shown, (some) => dangling(stamped, some, leads));
  const broken = await inTurns([...othersNowhere, ...ownNowhere], (some) => brokenSince(production, some, ledBefore));
  const deleted = broken.filter(({ key }) => !stamped.get(key));
  const [brokenTexts, told] = [new Set(broken.map(importText)), new Set(deleted.map(importText))];
  const missing = [...othersNowhere.filter((one) => brokenTexts.has(importText(one))), ...ownNowhere];
  return [
    ...[...importersByKey(deleted)].map(([key, importers]) => deletedButImported(key, importers)),
    ...distinct(missing.filter((one) => !told.has(importText(one)))).map(leadsNowhere),
  ];
}

/** leadsUnder each map, of what is in the folders that the importers' specifiers lead to. */
async function leadsTo<const Maps extends readonly ImportMap[]>(
  maps: Maps,
  importers: readonly Importer[],
  trees: PackageTrees,
): Promise<{ [At in keyof Maps]: Leads }> {
  const each = [];
  for (const map of maps) {
    const leads = leadsUnder(map);
    const places = await inTurns(importers, (some) => placesInFolders(leads, some));
    each.push(leadsWhere(leads, await knownToBeThere(trees, places)));
  }
  return each as { [At in keyof Maps]: Leads };
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

const distinct = (found: readonly Dangling[]): Dangling[] => [
  ...new Map(found.map((one) => [importText(one), one])).values(),
];

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

/** Each once. */
function namesOf(texts: readonly string[]): string {
  const names = [...new Set(texts)];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}

const deletedButImported = (key: MapKey, importers: readonly string[]): MapWarning => ({
  code: 'dangling',
  key,
  message: `${keyText(key)} is deleted, but imported by ${namesOf(importers)}.`,
});

const leadsNowhere = ({ importer: { key }, specifier }: Dangling): MapWarning => ({
  code: 'dangling',
  key,
  message: `${keyText(key)} imports ${quoted(specifier, 200)}, which does not resolve in this ticket's map.`,
});
