// What one upload brings: files with their bytes, and paths that are gone.
import { randomUUID } from 'node:crypto';
import type { Said } from './need.js';
import type { Provenance } from './git-facts.js';

export interface SentFile {
  /** Below the folder. */
  readonly file: string;
  /** What the server calls it. */
  readonly name: string;
  readonly bytes: Buffer<ArrayBuffer>;
  /** SHA-256 of the bytes. */
  readonly hash: string;
  readonly said?: Said | undefined;
}

export interface GoneFile {
  readonly file: string;
  readonly name: string;
  readonly said?: Said | undefined;
  /** It isn't there any more. */
  readonly isGone?: boolean;
}

export interface Parcel {
  readonly files: readonly SentFile[];
  readonly gone: readonly GoneFile[];
  /** Changes that stay, on another base; and those that are none any more. */
  readonly rebased?: readonly GoneFile[];
  readonly unchanged?: readonly GoneFile[];
}

/** What a plan brings without bytes. */
interface Quiet {
  readonly rebased: ReadonlyMap<string, Said>;
  readonly unchanged: readonly string[];
  /** The files that are there. */
  readonly here: ReadonlySet<string>;
}

/** Below the server's usual limits, and small enough to show how it goes. */
export const PARCEL = { files: 500, bytes: 32 * 1024 * 1024 };

export const sizeOf = ({ files, gone, rebased = [], unchanged = [] }: Parcel): number =>
  files.length + gone.length + rebased.length + unchanged.length;

/** `named`: what a file is called. */
export function quietParcels(plan: Quiet, named: (file: string) => GoneFile): Parcel[] {
  const rebased = [...plan.rebased].map(([file, said]) => ({ ...named(file), said }));
  const unchanged = plan.unchanged.map((file) => ({ ...named(file), isGone: !plan.here.has(file) }));
  const parcels: Parcel[] = [];
  for (let from = 0; from < Math.max(rebased.length, unchanged.length); from += PARCEL.files) {
    const part = [from, from + PARCEL.files] as const;
    parcels.push({ files: [], gone: [], rebased: rebased.slice(...part), unchanged: unchanged.slice(...part) });
  }
  return parcels;
}

/** A repeat has the same key, so that it is the same upload. */
export const newKey = (): string => `stamp-watch-${randomUUID()}`;

export function formOf({ files, gone, rebased = [], unchanged = [] }: Parcel, provenance: Provenance): FormData {
  const form = new FormData();
  form.append('mode', 'sources');
  for (const [name, value] of Object.entries(provenance)) form.append(name, value as string);
  for (const { name } of gone) form.append('delete', name);
  for (const { name } of unchanged) form.append('unchanged', name);
  for (const { name, said } of rebased) appendSaid(form, name, { ...said, source: undefined });
  for (const { name, said } of gone) appendSaid(form, name, said);
  for (const { name, said } of files) appendSaid(form, name, said);
  // As filename, not as the part's name: a path may be called like a field.
  for (const { name, bytes } of files) form.append('file', new Blob([bytes]), name);
  return form;
}

function appendSaid(form: FormData, name: string, { source, base, dirty, built }: Partial<Said> = {}): void {
  if (source !== undefined) form.append('source', `${source} ${name}`);
  if (base !== undefined) form.append('base', `${base ?? 'none'} ${name}`);
  if (built !== undefined) form.append('built', `${built} ${name}`);
  if (dirty) form.append('dirty', name);
}

/** One that the server names, or half of it, apart from the rest: whatever it refuses is found in few requests. */
export function apart(parcel: Parcel, named: string | undefined): readonly [Parcel, Parcel] {
  const { files, gone, rebased = [], unchanged = [] } = parcel;
  if (files.some(({ name }) => name === named))
    return [
      { files: files.filter(({ name }) => name === named), gone: [] },
      { files: files.filter(({ name }) => name !== named), gone, rebased, unchanged },
    ];
  // What brings no bytes goes by itself.
  if (rebased.length + unchanged.length > 0 && files.length + gone.length > 0)
    return [
      { files, gone },
      { files: [], gone: [], rebased, unchanged },
    ];
  if (rebased.length + unchanged.length > 0) return apartWithout(rebased, unchanged);
  const middle = sizeOf(parcel) >> 1;
  const taken = Math.min(files.length, middle);
  return [
    { files: files.slice(0, taken), gone: gone.slice(0, middle - taken) },
    { files: files.slice(taken), gone: gone.slice(middle - taken) },
  ];
}

function apartWithout(rebased: readonly GoneFile[], unchanged: readonly GoneFile[]): readonly [Parcel, Parcel] {
  const middle = (rebased.length + unchanged.length) >> 1;
  const taken = Math.min(rebased.length, middle);
  return [
    { files: [], gone: [], rebased: rebased.slice(0, taken), unchanged: unchanged.slice(0, middle - taken) },
    { files: [], gone: [], rebased: rebased.slice(taken), unchanged: unchanged.slice(middle - taken) },
  ];
}
