// What a `.dsc` or `.changes` says of its files: their sizes and sums (Debian policy, section 5.6.21 and 5.6.24).
import { DomainError } from '../../platform/errors.js';
import type { Sliced } from '../../platform/sliced.js';
import { quoted } from '../../platform/redact.js';

export interface ListedFile {
  readonly name: string;
  readonly size: number;
  /** Those that are given, in lower case. */
  readonly sums: Readonly<Partial<Record<SumKind, string>>>;
}

/** The best first. */
export const SUMS = ['sha256', 'sha1', 'md5'] as const;
export type SumKind = (typeof SUMS)[number];
export const SUM_NAMES: Readonly<Record<SumKind, string>> = { sha256: 'SHA-256', sha1: 'SHA-1', md5: 'MD5' };

/** Where each stands, and its hexadecimal digits. */
const FIELDS: readonly (readonly [field: string, kind: SumKind, digits: number])[] = [
  ['files', 'md5', 32],
  ['checksums-sha1', 'sha1', 40],
  ['checksums-sha256', 'sha256', 64],
];

/** Where a control file is found and what it may weigh: it is text that somebody could read. */
export const isControlFile = (name: string): boolean => /\.(dsc|changes)$/.test(name);
export const MOST_CONTROL_BYTES = 4 * 1024 * 1024;

/** A form may have as many. */
const MOST_LISTED = 5000;
/** Lines that are read without a pause. */
const LINES = 500;

/** Throws `spu.bad_control` where it lists no files, too many, or in no way that can be read. */
export function* listedFiles(control: string, text: string): Sliced<ListedFile[]> {
  const fields = yield* fieldsOf(unsigned(text));
  const listed = new Map<string, ListedFile>();
  let count = 0;
  for (const [field, kind, digits] of FIELDS) {
    for (const line of fields.get(field) ?? []) {
      if (++count % LINES === 0) yield;
      // In the Files of a .changes a section and a priority stand before the name.
      const [sum = '', size, ...names] = line.split(/\s+/);
      if (sum.length !== digits || !/^[\da-f]+$/i.test(sum))
        throw badControl(control, `'${quoted(line, 100)}' has no ${SUM_NAMES[kind]}`);
      addFile(control, listed, { name: names.at(-1), size, kind, sum: sum.toLowerCase() });
      if (listed.size > MOST_LISTED) throw badControl(control, `it lists more than ${MOST_LISTED} files`);
    }
  }
  if (listed.size === 0) throw badControl(control, 'it has neither Checksums-Sha256, Checksums-Sha1 nor Files');
  return [...listed.values()];
}

interface Line {
  readonly name: string | undefined;
  readonly size: string | undefined;
  readonly kind: SumKind;
  readonly sum: string;
}

function addFile(control: string, listed: Map<string, ListedFile>, { name, size, kind, sum }: Line): void {
  if (!name || name.includes('/') || !/^\d{1,15}$/.test(size ?? ''))
    throw badControl(control, 'a line of its files has no name or no size');
  const known = listed.get(name);
  if (known && known.size !== Number(size)) throw badControl(control, `it gives two sizes for ${name}`);
  if ((known?.sums[kind] ?? sum) !== sum)
    throw badControl(control, `it gives two sums (${SUM_NAMES[kind]}) for ${name}`);
  listed.set(name, { name, size: Number(size), sums: { ...known?.sums, [kind]: sum } });
}

/** Without the signature around it. Whose signature it is isn't checked here. */
function unsigned(text: string): string {
  const lines = text.replaceAll('\r\n', '\n');
  // After the first line come the signature's own fields, and an empty line that ends them.
  const [begins, ends] = [lines.indexOf('\n\n') + 2, lines.indexOf('\n-----BEGIN PGP SIGNATURE-----')];
  if (!lines.startsWith('-----BEGIN PGP SIGNED MESSAGE-----\n') || begins < 2 || ends < begins) return lines;
  return lines.slice(begins, ends).replaceAll(/^- /gm, '');
}

/** The lines of the fields that list files, by the field in lower case; a line that begins with a space belongs to the field before. */
function* fieldsOf(text: string): Sliced<Map<string, string[]>> {
  const fields = new Map<string, string[]>(FIELDS.map(([field]) => [field, []]));
  let lines: string[] | undefined;
  let count = 0;
  for (const line of linesOf(text)) {
    if (++count % LINES === 0) yield;
    const [, begun, value = ''] = /^([!-9;-~]+):(.*)$/.exec(line) ?? [];
    if (begun !== undefined) {
      lines = fields.get(begun.toLowerCase());
      lines?.splice(0); // Of a field that is there twice the last one counts.
      if (value.trim() !== '') lines?.push(value.trim());
    } else if (/^[ \t]/.test(line) && line.trim() !== '') lines?.push(line.trim());
  }
  return fields;
}

/** One after the other: all at once would be made before the first is read. */
function* linesOf(text: string): Generator<string> {
  for (let from = 0; from <= text.length;) {
    const end = text.indexOf('\n', from);
    yield text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length + 1 : end + 1;
  }
}

/** A control file that can't be checked, and why. */
export const badControl = (control: string, why: string): DomainError =>
  new DomainError('unprocessable', 'spu.bad_control', `${control} can't be checked: ${why}. Nothing was stored.`, {
    part: control,
  });
