// Reads archives back, a page at a time, in the order of the events' numbers. A page ends where it is full, or where enough was
// looked through for it: what a filter finds nothing in costs a page as much as any other, however many archives there are.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import { isWanted, type StreamFilter } from '../filter.js';
import { ArchiveEvents } from './archive-events.js';
import { readArchive } from './archive-file.js';
import { ArchivePage } from './archive-page.js';

export interface ArchiveQuery {
  /** In UTC, `2026-10-01`; all days without it. */
  readonly day?: string;
  readonly filter: StreamFilter;
  /** The number of the last event that the reader has. */
  readonly after: number;
  readonly limit: number;
}

export interface ArchivedEvents {
  /** As `/api/v1/event/` shows them, as JSON texts. */
  readonly objects: readonly string[];
  /** The number that the next page comes after, where there may be more. */
  readonly last: number | undefined;
}

/** What is looked through for a page before it ends: files, and letters of events. */
const MOST_FILES = 100;
const MOST_LETTERS = 32 * 1024 * 1024;

interface Shown {
  readonly seq: number;
  readonly type: string;
  readonly severity: string;
  readonly stage: string | null;
  readonly project: string | null;
  readonly ticket: string | null;
}

type Facts = Pick<Shown, 'seq'> & Parameters<typeof isWanted>[1];

interface ArchiveOf {
  readonly file: string;
  readonly sha256: string;
  /** The lowest number in it. */
  readonly first: number;
}

@Injectable()
export class ArchiveReader {
  constructor(
    private readonly db: Db,
    private readonly archives: ArchiveEvents,
  ) {}

  /** Rejects with unavailable where a file is not here, or damaged. */
  async page({ day, filter, after, limit }: ArchiveQuery): Promise<ArchivedEvents> {
    const files = await this.db.run<ArchiveOf>({
      text: `SELECT file, sha256, first_seq AS first FROM event_archive
        WHERE last_seq > $1::bigint AND ($2::date IS NULL OR day = $2::date) ORDER BY first_seq`,
      values: [after, day ?? null],
    });
    // Numbers of several files may interleave: a project that keeps less is archived earlier than what came between.
    const page = new ArchivePage(limit);
    let letters = 0;
    for (const [index, archive] of files.entries()) {
      if (archive.first >= page.before) break;
      const isEnough = index >= MOST_FILES || letters > MOST_LETTERS;
      // Where several begin before the page does, it needs them all.
      if (isEnough && archive.first > after + 1) {
        page.endBefore(archive.first);
        break;
      }
      letters += await this.look(archive, page, ({ seq, ...facts }) => seq > after && isWanted(filter, facts));
    }
    return { objects: page.objects, last: page.before === Infinity ? undefined : page.before - 1 };
  }

  /** Adds what is wanted of an archive to the page. Answers how many letters it read. */
  private async look(
    { file, sha256 }: ArchiveOf,
    page: ArchivePage,
    isOfPage: (facts: Facts) => boolean,
  ): Promise<number> {
    let letters = 0;
    try {
      for await (const texts of readArchive(this.archives.folder, { file, sha256 })) {
        const events = texts.map((text) => ({ text, ...factsOf(JSON.parse(text) as Shown) }));
        page.add(events.filter((one) => one.seq < page.before && isOfPage(one)));
        letters += texts.reduce((sum, text) => sum + text.length, 0);
        if ((events.at(-1)?.seq ?? 0) >= page.before) break;
      }
    } catch (cause) {
      throw new DomainError(
        'unavailable',
        'archive.unreadable',
        `The archive ${file} is not on this machine, or is damaged. Restore it into the folder archive/ of the data.`,
        { cause },
      );
    }
    return letters;
  }
}

const idIn = (uri: string | null): number | null => (uri === null ? null : Number(/\/(\d+)\/$/.exec(uri)?.[1]));

/** What was archived by an earlier version doesn't say whether it is a detail; a list shows it all the same. */
const factsOf = ({ project, ticket, ...rest }: Shown): Facts => ({
  detail: false,
  ...rest,
  project: idIn(project),
  ticket: idIn(ticket),
});
