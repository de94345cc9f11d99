// What leads nowhere: specifiers that a ticket deletes while others import them, and imports of its own modules.
import type { MapWarning } from './map-warning.js';
import type { Delta, Operation } from '../domain/delta.js';
import { operationKey } from '../domain/delta.js';
import type { Layer } from '../domain/layer.js';
import { keyOf, keyText, type MapKey, partsOf } from '../domain/map-key.js';
import type { StampedMap } from '../domain/stamped-map.js';

/** The specifiers that a delta takes away. */
export const deletedBy = (delta: Delta): string[] => [
  ...new Set(delta.filter(({ set }) => !set).map(({ specifier }) => specifier)),
];

/**
 * Warnings for what a stamp imports without having it. `layers` are those of production that import something of what the
 * delta deletes; of their modules only the ones that the stamp still shows count.
 */
export function danglingImports(stamped: StampedMap, delta: Delta, layers: readonly Layer[]): MapWarning[] {
  const deleted = delta.filter(({ set }) => !set);
  const importers = [...layers.flatMap((layer) => layer.delta), ...delta].filter((one) => isShown(stamped, one));
  const broken = deleted.flatMap((operation) => {
    const by = importers.filter(({ set }) => set?.imports?.some((one) => hits(stamped, operation, one)));
    return by.length > 0 ? [deletedButImported(operationKey(operation), by.map(operationKey))] : [];
  });
  const missing = delta.flatMap((operation) => {
    const names = (operation.set?.imports ?? []).filter(
      (one) => isBare(one) && !isReached(stamped, one) && !deleted.some((gone) => hits(stamped, gone, one)),
    );
    return names.map((name) => leadsNowhere(operationKey(operation), name));
  });
  return [...broken, ...missing];
}

const isShown = (stamped: StampedMap, operation: Operation): boolean =>
  operation.set !== null && stamped.get(operationKey(operation))?.url === operation.set.url;

/** Whether an import goes by what the operation deleted, and finds nothing else. */
function hits(stamped: StampedMap, { specifier }: Operation, imported: string): boolean {
  const meant = imported === specifier || (specifier.endsWith('/') && imported.startsWith(specifier));
  return meant && !isReached(stamped, imported);
}

/** Neither relative nor a URL: only an import map makes something of it. */
const isBare = (specifier: string): boolean => !/^(\.{0,2}\/|[a-z][a-z0-9+.-]*:)/i.test(specifier);

/** By its own key or by a folder's; a key in any scope counts, since it may be the importer's. */
function isReached(stamped: StampedMap, specifier: string): boolean {
  const names = [specifier];
  for (let end = specifier.indexOf('/'); end >= 0; end = specifier.indexOf('/', end + 1))
    names.push(specifier.slice(0, end + 1));
  if (names.some((name) => stamped.get(keyOf(name)))) return true;
  return [...stamped.targets.keys()].some((key) => !key.startsWith(' ') && names.includes(partsOf(key).specifier));
}

const MOST_NAMED = 5;

function deletedButImported(key: MapKey, by: readonly MapKey[]): MapWarning {
  const names = [...new Set(by.map(keyText))];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  const list = `${names.slice(0, MOST_NAMED).join(', ')}${more}`;
  return { code: 'dangling', key, message: `${keyText(key)} is deleted, but imported by ${list}.` };
}

const leadsNowhere = (key: MapKey, name: string): MapWarning => ({
  code: 'dangling',
  key,
  message: `${keyText(key)} imports ${name.slice(0, 200)}, which leads nowhere in this ticket's map.`,
});
