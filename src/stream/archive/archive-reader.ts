// Reads archives back, a page at a time, in the order of the events' numbers.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import { isWanted, type StreamFilter } from '../filter.js';
import { ArchiveEvents } from './archive-events.js';
import { readArchive } from './archive-file.js';

export interface ArchiveQuery {
  /** In UTC, `2026-10-01`; all days without it. */
  readonly day?: string;
  readonly filter: StreamFilter;
  /** The number of the last event that the reader has. */
  readonly after: number;
  readonly limit: number;
}

export interface ArchivePage {
  /** As `/api/v1/event/` shows them, as JSON texts. */
  readonly objects: readonly string[];
  /** The last number on the page, where there may be more. */
  readonly last: number | undefined;
}

interface Shown {
  readonly seq: number;
  readonly type: string;
  readonly severity: string;
  readonly stage: string | null;
  readonly project: string | null;
  readonly ticket: string | null;
}

@Injectable()
export class ArchiveReader {
  constructor(
    private readonly db: Db,
    private readonly archives: ArchiveEvents,
  ) {}

  /** Rejects with unavailable where a file is not here, or damaged. */
  async page({ day, filter, after, limit }: ArchiveQuery): Promise<ArchivePage> {
    const files = await this.db.run<{ file: string; sha256: string; first: number }>({
      text: `SELECT file, sha256, first_seq AS first FROM event_archive
        WHERE last_seq > $1::bigint AND ($2::date IS NULL OR day = $2::date) ORDER BY first_seq`,
      values: [after, day ?? null],
    });
    // Numbers of several files may interleave: a project that keeps less is archived earlier than what came between.
    const found: { seq: number; text: string }[] = [];
    for (const { file, sha256, first } of files) {
      const full = found[limit];
      if (full && first > full.seq) break;
      for (const text of await this.read(file, sha256)) {
        const shown = JSON.parse(text) as Shown;
        if (shown.seq > after && isWanted(filter, factsOf(shown))) found.push({ seq: shown.seq, text });
      }
      found.sort((one, other) => one.seq - other.seq).splice(limit + 1);
    }
    const page = found.slice(0, limit);
    return { objects: page.map(({ text }) => text), last: found.length > limit ? page.at(-1)?.seq : undefined };
  }

  private async read(file: string, sha256: string): Promise<string[]> {
    try {
      return await readArchive(this.archives.folder, { file, sha256 });
    } catch (cause) {
      throw new DomainError(
        'unavailable',
        'archive.unreadable',
        `The archive ${file} is not on this machine, or damaged. Bring it back into the folder archive/ of the data.`,
        { cause },
      );
    }
  }
}

const idIn = (uri: string | null): number | null => (uri === null ? null : Number(/\/(\d+)\/$/.exec(uri)?.[1]));

const factsOf = ({ project, ticket, ...rest }: Shown): Parameters<typeof isWanted>[1] => ({
  ...rest,
  project: idIn(project),
  ticket: idIn(ticket),
});
