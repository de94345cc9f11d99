// What a `.dsc` or `.changes` says of its files: their sizes and sums (Debian policy, section 5.6.21 and 5.6.24).
import { DomainError } from '../../platform/errors.js';

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

/** Throws `spu.bad_control` where it lists no files, or in no way that can be read. */
export function listedFiles(control: string, text: string): ListedFile[] {
  const fields = fieldsOf(unsigned(text));
  const listed = new Map<string, ListedFile>();
  for (const [field, kind, digits] of FIELDS) {
    for (const line of linesOf(fields.get(field))) {
      // In the Files of a .changes a section and a priority stand before the name.
      const [sum = '', size, ...names] = line.split(/\s+/);
      if (sum.length !== digits || !/^[\da-f]+$/i.test(sum))
        throw badControl(control, `'${line.slice(0, 100)}' has no ${SUM_NAMES[kind]}`);
      addFile(control, listed, { name: names.at(-1), size, kind, sum: sum.toLowerCase() });
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

/** Fields in lower case; a line that begins with a space belongs to the field before. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of text.split('\n')) {
    const [, begun, value] = /^([!-9;-~]+):(.*)$/.exec(line) ?? [];
    if (begun !== undefined) fields.set((name = begun.toLowerCase()), value ?? '');
    else if (/^[ \t]/.test(line)) fields.set(name, `${fields.get(name) ?? ''}\n${line}`);
  }
  return fields;
}

const linesOf = (field = ''): string[] =>
  field
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const badControl = (control: string, why: string): DomainError =>
  new DomainError('unprocessable', 'spu.bad_control', `${control} can't be checked: ${why}. Nothing was kept.`, {
    part: control,
  });
