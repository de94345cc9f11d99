// The files of a source package upload: kept with their SHA-256, and checked against their `.dsc` and `.changes`.
import { Inject, Injectable } from '@nestjs/common';
import { Db, type Tx } from '../../platform/database/db.js';
import { DomainError, invalid, notFound } from '../../platform/errors.js';
import { FileQuota } from '../../quotas/file-quota.js';
import { appendEvent } from '../../log/append-event.js';
import { BlobLedger } from '../../files/blob-ledger.js';
import { type BlobStore, FILE_BLOBS, type SafeBlob } from '../../files/blob-store.js';
import { ControlCheck, KnownLists } from './control-check.js';
import type { FormFile } from '../../files/form.js';

export interface SpuFile {
  readonly id: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly type: string;
  readonly created_at: string;
}

export interface SafeFile extends FormFile {
  readonly blob: SafeBlob;
}

export interface PreparedFiles {
  readonly files: readonly SafeFile[];
  readonly check: ControlCheck;
}

export interface KeptFiles {
  /** Those of the request, as they are kept. */
  readonly files: readonly SpuFile[];
  /** False where all of them were there. */
  readonly changed: boolean;
  /** What control files list and nobody has uploaded. */
  readonly missing: readonly string[];
}

const COLUMNS = 'id, name, size, sha256, type, created_at';

@Injectable()
export class SpuFiles {
  private readonly lists = new KnownLists();

  constructor(
    private readonly db: Db,
    private readonly ledger: BlobLedger,
    private readonly quota: FileQuota,
    @Inject(FILE_BLOBS) private readonly store: BlobStore,
  ) {}

  /**
   * Before the transaction that keeps them: makes them safe, and compares them with the control files of now, which may take long.
   * Rejects as `keep` does.
   */
  async prepare(spu: number, files: readonly FormFile[]): Promise<PreparedFiles> {
    const check = new ControlCheck(this.store, this.lists, files);
    const known = await this.list(spu);
    await check.missing(freshOf(files, known), known);
    const blobs = await this.store.secure(files.map(({ blob }) => blob));
    return { check, files: blobs.map((blob, at) => ({ ...(files[at] as FormFile), blob })) };
  }

  /** Rejects with not_found. */
  async requireSpu(spu: number): Promise<void> {
    const [found] = await this.db.run({ name: 'spu_known', text: 'SELECT 1 FROM spu WHERE id = $1', values: [spu] });
    if (!found) throw noSpu(spu);
  }

  async list(spu: number): Promise<SpuFile[]> {
    return this.db.run<SpuFile>({
      name: 'spu_file_list',
      text: `SELECT ${COLUMNS} FROM spu_file WHERE spu_id = $1 ORDER BY name COLLATE "C"`,
      values: [spu],
    });
  }

  /** Keeps all or nothing. Rejects with conflict for a name that has other bytes, unprocessable for a wrong checksum. */
  async keep(tx: Tx, spu: number, { files: sent, check }: PreparedFiles, actor: string): Promise<KeptFiles> {
    if (sent.length === 0)
      throw invalid('upload.no_files', 'The request has no files. Send them as parts of multipart/form-data.');
    const whose = { project: null, owner: actor };
    const keepings = [{ store: this.store, staged: sent.map(({ blob }) => blob) }];
    await this.ledger.keep(tx, keepings, { ticket: undefined, owner: actor });
    const [locked] = await tx.run<{ label: string }>({
      name: 'spu_lock',
      text: `SELECT s.name || ' ' || u.version AS label FROM spu u JOIN sourcepackage s ON s.id = u.sourcepackage_id
        WHERE u.id = $1 FOR UPDATE OF u`,
      values: [spu],
    });
    if (!locked) throw noSpu(spu);
    const known = await tx.run<SpuFile>({
      text: `SELECT ${COLUMNS} FROM spu_file WHERE spu_id = $1`,
      values: [spu],
    });
    const fresh = freshOf(sent, known);
    // What came since `prepare` may be read here, and the database ends transactions that say nothing for 15 s.
    const stillHere = (): Promise<unknown> => tx.run({ name: 'still_here', text: 'SELECT 1' });
    const missing = await check.missing(fresh, known, stillHere);
    const added = await insertFiles(tx, spu, fresh);
    const hashes = fresh.map(({ blob }) => blob.hash);
    await this.quota.count(tx, whose, hashes, { actor, project: null });
    if (fresh.length > 0) {
      const names = fresh.map(({ path }) => path);
      await appendEvent(tx, {
        ...{ type: 'spu.files_added', subject: `spu/${spu}`, actor, project: null, ticket: null, subticket: null },
        version: null,
        line: `Source package upload ${locked.label}: ${names.length === 1 ? names[0] : `${names.length} files`} added`,
        data: { after: { files: names.slice(0, 50) } },
      });
    }
    const sentNames = new Set(sent.map(({ path }) => path));
    const files = [...known.filter(({ name }) => sentNames.has(name)), ...added];
    return { files: files.sort(byName), changed: fresh.length > 0, missing };
  }
}

function freshOf<File extends FormFile>(sent: readonly File[], known: readonly SpuFile[]): File[] {
  const hashes = new Map(known.map(({ name, sha256 }) => [name, sha256]));
  return sent.filter(({ path, blob }) => {
    if (path.includes('/')) throw invalid('upload.bad_name', `${path} has a folder. Send file names without folders.`);
    const hash = hashes.get(path);
    if (hash === undefined || hash === blob.hash) return hash === undefined;
    throw new DomainError(
      'conflict',
      'spu.file_exists',
      `${path} exists already with other bytes (SHA-256 ${hash}). Files of an uploaded version can't change: create a new upload (POST /api/v1/spu/).`,
    );
  });
}

async function insertFiles(tx: Tx, spu: number, files: readonly FormFile[]): Promise<SpuFile[]> {
  if (files.length === 0) return [];
  return tx.run<SpuFile>({
    name: 'spu_file_insert',
    text: `WITH f AS (INSERT INTO spu_file (spu_id, name, size, sha256)
        SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[]) RETURNING ${COLUMNS}),
      u AS (INSERT INTO blob_use (owner, hash) SELECT 'spu_file/' || f.id, f.sha256 FROM f)
      SELECT * FROM f`,
    values: [
      spu,
      files.map(({ path }) => path),
      files.map(({ blob }) => blob.size),
      files.map(({ blob }) => blob.hash),
    ],
  });
}

const byName = (one: SpuFile, other: SpuFile): number => (one.name < other.name ? -1 : 1);

const noSpu = (spu: number): DomainError => notFound(`There is no source package upload ${spu}.`);
