// What one upload brings: files with their bytes, and paths that are gone.
import { randomUUID } from 'node:crypto';
import type { Provenance } from './git-facts.js';

export interface SentFile {
  /** Below the folder. */
  readonly file: string;
  /** What the server calls it. */
  readonly name: string;
  readonly bytes: Buffer<ArrayBuffer>;
  /** SHA-256 of the bytes. */
  readonly hash: string;
}

export interface GoneFile {
  readonly file: string;
  readonly name: string;
}

export interface Parcel {
  readonly files: readonly SentFile[];
  readonly gone: readonly GoneFile[];
}

/** Below the server's usual limits, and small enough to show how it goes. */
export const PARCEL = { files: 500, bytes: 32 * 1024 * 1024 };

export const sizeOf = ({ files, gone }: Parcel): number => files.length + gone.length;

/** A repeat has the same key, so that it is the same upload. */
export const newKey = (): string => `stamp-watch-${randomUUID()}`;

export function formOf({ files, gone }: Parcel, provenance: Provenance): FormData {
  const form = new FormData();
  form.append('mode', 'sources');
  for (const [name, value] of Object.entries(provenance)) form.append(name, value as string);
  for (const { name } of gone) form.append('delete', name);
  // As filename, not as the part's name: a path may be called like a field.
  for (const { name, bytes } of files) form.append('file', new Blob([bytes]), name);
  return form;
}

/** One that the server names, or half of it, apart from the rest: whatever it refuses is found in few requests. */
export function apart(parcel: Parcel, named: string | undefined): readonly [Parcel, Parcel] {
  const { files, gone } = parcel;
  if (files.some(({ name }) => name === named))
    return [
      { files: files.filter(({ name }) => name === named), gone: [] },
      { files: files.filter(({ name }) => name !== named), gone },
    ];
  const middle = sizeOf(parcel) >> 1;
  const taken = Math.min(files.length, middle);
  return [
    { files: files.slice(0, taken), gone: gone.slice(0, middle - taken) },
    { files: files.slice(taken), gone: gone.slice(middle - taken) },
  ];
}
