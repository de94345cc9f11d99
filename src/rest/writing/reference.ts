// How a body or a filter names another object: its URI (with or without the last slash, absolute or host-relative), its
// id, or where there are keys its key.
import { wholeNumberIn } from '../../platform/whole-number.js';
import { isKey } from '../resource-key.js';

/**
 * The id (number) or key (text) that a value names, or undefined when it names nothing of `target`: a URI of another
 * resource, an id out of range, another type.
 */
export function parseReference(value: unknown, target: string): number | string | undefined {
  if (typeof value === 'number') return asId(String(value));
  if (typeof value === 'object' && value !== null) return parseWhole(value, target);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const path = text.replace(/^https?:\/\/[^/]+/, '');
  if (!path.startsWith('/')) return asIdOrKey(text, target);
  const parts = /^\/api\/v1\/([a-z-]+)\/([^/]+)\/?$/.exec(path);
  return parts && parts[1] === target ? asIdOrKey(parts[2] ?? '', target) : undefined;
}

/** An object, whole or in part, as a view shows it. What else it says is not written. */
function parseWhole(value: object, target: string): number | string | undefined {
  if ('resource_uri' in value)
    return typeof value.resource_uri === 'string' ? parseReference(value.resource_uri, target) : undefined;
  return 'id' in value && /^(number|string)$/.test(typeof value.id) ? asId(String(value.id)) : undefined;
}

const asIdOrKey = (text: string, target: string): number | string | undefined =>
  asId(text) ?? (target === 'ticket' && isKey(text) ? text : undefined);

/** A positive id that the database can hold; undefined for anything else. */
export function asId(text: string): number | undefined {
  return wholeNumberIn(text) || undefined;
}
