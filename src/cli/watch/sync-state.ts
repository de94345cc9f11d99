// What was sent already, kept between two runs: a ticket's revision after the last upload, and the hash of each file as it
// was sent. As long as the ticket is at that revision, only the difference has to be sent.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { writeOwn } from '../session/private-file.js';

/** In place of a hash: the server was told of it, but what it has now isn't known. */
export const UNSURE = '';

interface Kept {
  readonly version: typeof FORMAT;
  /** Of the server that the state is about; a reader finds the file by it. */
  readonly url: string;
  readonly folder: string;
  readonly revision: number | null;
  readonly files: Readonly<Record<string, string>>;
}

const FORMAT = 1;

export class SyncState {
  private constructor(
    private readonly file: string,
    private readonly about: Pick<Kept, 'url' | 'folder'>,
    /** After the last upload; undefined where somebody else changed the ticket too. */
    public revision: number | undefined,
    /** By path below the folder: the SHA-256 of what was sent. */
    readonly files: Map<string, string>,
  ) {}

  /**
   * `ticket`: what tells it from any other of the server. `prefix`: what is before the names of files, so that under other
   * names all is sent again. What can't be read counts as nothing sent.
   */
  static async open(
    cache: string,
    about: { url: string; folder: string; prefix: string; ticket: string },
  ): Promise<SyncState> {
    const { url, folder, prefix, ticket } = about;
    const name = createHash('sha256')
      .update(JSON.stringify([url, folder, prefix, ticket]))
      .digest('hex')
      .slice(0, 32);
    const file = path.join(cache, 'watch', `${name}.json`);
    const kept = await read(file);
    return new SyncState(
      file,
      { url, folder },
      kept?.revision ?? undefined,
      new Map(Object.entries(kept?.files ?? {})),
    );
  }

  /** The ticket is at this revision now. Where that isn't the one that was left, nothing that was sent is sure. */
  meet(revision: number): void {
    if (this.revision === revision) return;
    for (const file of this.files.keys()) this.files.set(file, UNSURE);
    this.revision = revision;
  }

  /** An upload made this revision, or changed nothing. False where somebody else made one in between. */
  follow(revision: number): boolean {
    if (this.revision === undefined) return true;
    const isOurs = revision === this.revision || revision === this.revision + 1;
    this.revision = isOurs ? revision : undefined;
    return isOurs;
  }

  /** Whole or not at all. A cache that can't be written only costs time later. */
  save(): void {
    const kept: Kept = {
      version: FORMAT,
      ...this.about,
      revision: this.revision ?? null,
      files: Object.fromEntries(this.files),
    };
    try {
      writeOwn(this.file, `${JSON.stringify(kept)}\n`);
    } catch {
      // Then all of it is looked at again.
    }
  }
}

async function read(file: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await fs.readFile(file, 'utf8')) as Kept;
    return kept.version === FORMAT ? kept : undefined;
  } catch {
    return undefined;
  }
}
