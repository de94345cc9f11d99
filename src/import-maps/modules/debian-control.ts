// What a `.dsc` or `.changes` says of its files: their sizes and SHA-256 (Debian policy, section 5.6.21 and 5.6.24).
import { DomainError } from '../../platform/errors.js';

export interface ListedFile {
  readonly name: string;
  readonly size: number;
  /** Absent where only MD5 is given. */
  readonly sha256?: string;
}

/** Where a control file is found and what it may weigh: it is text that somebody could read. */
export const isControlFile = (name: string): boolean => /\.(dsc|changes)$/.test(name);
export const MOST_CONTROL_BYTES = 4 * 1024 * 1024;

/** Throws `spu.bad_control` where it lists no files, or in no way that can be read. */
export function listedFiles(control: string, text: string): ListedFile[] {
  const fields = fieldsOf(unsigned(text));
  const listed = new Map<string, ListedFile>();
  for (const line of linesOf(fields.get('files'))) {
    const [, size, ...names] = line.split(/\s+/);
    addFile(control, listed, names.at(-1), size);
  }
  for (const line of linesOf(fields.get('checksums-sha256'))) {
    const [sha256 = '', size, name] = line.split(/\s+/);
    if (!/^[\da-f]{64}$/i.test(sha256)) throw badControl(control, `'${line.slice(0, 100)}' has no SHA-256`);
    addFile(control, listed, name, size, sha256.toLowerCase());
  }
  if (listed.size === 0) throw badControl(control, 'it has neither Checksums-Sha256 nor Files');
  return [...listed.values()];
}

function addFile(
  control: string,
  listed: Map<string, ListedFile>,
  name: string | undefined,
  size: string | undefined,
  sha256?: string,
): void {
  if (!name || name.includes('/') || !/^\d{1,15}$/.test(size ?? ''))
    throw badControl(control, 'a line of its files has no name or no size');
  const known = listed.get(name);
  if (known && known.size !== Number(size)) throw badControl(control, `it gives two sizes for ${name}`);
  listed.set(name, { name, size: Number(size), ...(sha256 === undefined ? {} : { sha256 }) });
}

/** Without the signature around it. Whose signature it is isn't checked here. */
function unsigned(text: string): string {
  const lines = text.replaceAll('\r\n', '\n');
  const [, signed] =
    /^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\n]+\n)*\n([\s\S]*?)\n-----BEGIN PGP SIGNATURE-----/.exec(lines) ?? [];
  return signed === undefined ? lines : signed.replaceAll(/^- /gm, '');
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
