// The items of a JSON list, some at a time, from its bytes: the list as a whole is never in memory as objects. The bytes are
// only cut where a comma parts two items; what stands between is read by JSON.parse, so exactly what it takes is taken.
// Own code, since parsers that give out single values are ten times slower, and hold up everybody that much longer.
import { invalid } from '../errors.js';
import { badJson, DEEPEST, decode, parseText, tooDeep } from './json-text.js';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Bytes that are read at once, where items are smaller. */
const PIECE = 64 * 1024;
/** An item is an object with some members; a million of them would take as much memory as a whole list. */
const MOST_MEMBERS = 10_000;
/** A body that is no list is read as a whole, to say whether it is JSON at all, up to that. */
const MOST_OTHER = 1024 * 1024;

/** Where the text begins: after a byte order mark and blanks. */
function beginOf(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && BLANKS.has(bytes[at] as number)) at++;
  return at;
}

/** Throws what parseText throws for a short text that is no JSON. */
export function isList(bytes: Buffer): boolean {
  if (bytes[beginOf(bytes)] === OPEN_LIST) return true;
  if (bytes.length > 0 && bytes.length <= MOST_OTHER) parseText(decode(bytes));
  return false;
}

/** Of bytes that are a list: all its items in order, some at a time. Throws `body.bad_json`, `body.not_utf8`, `body.too_deep`. */
export function* itemsOf(bytes: Buffer): Generator<readonly unknown[]> {
  const begin = beginOf(bytes) + 1;
  let from = begin;
  for (const end of cutsIn(bytes, begin)) {
    const items = parsed(bytes.subarray(from, end));
    // Between two commas, or after one, stands an item.
    if (items.length === 0 && (from > begin || bytes[end] === COMMA)) throw badJson();
    yield items;
    from = end + 1;
  }
  while (from < bytes.length && BLANKS.has(bytes[from] as number)) from++;
  if (from < bytes.length) throw badJson();
}

/** Where pieces end: at commas between items, at last at the list's bracket. */
function* cutsIn(bytes: Buffer, begin: number): Generator<number> {
  let [depth, members, from] = [1, 0, begin];
  for (let at = begin; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfText(bytes, at);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > DEEPEST) throw tooDeep();
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (--depth > 0) continue;
      if (byte === CLOSE_OBJECT) throw badJson();
      yield at;
      return;
    } else if (byte === COMMA) {
      members = depth === 1 ? 0 : members + 1;
      if (members > MOST_MEMBERS)
        throw invalid('body.too_many_members', `An item has more than ${MOST_MEMBERS} members.`);
      if (depth > 1 || at - from < PIECE) continue;
      yield at;
      from = at + 1;
    }
  }
  throw badJson();
}

/** The quote that ends a text. */
function endOfText(bytes: Buffer, begin: number): number {
  for (let at = begin + 1; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  throw badJson();
}

const [BEFORE, AFTER] = [Buffer.from('['), Buffer.from(']')];

const parsed = (piece: Buffer): unknown[] => parseText(decode(Buffer.concat([BEFORE, piece, AFTER]))) as unknown[];
