// Reads multipart/form-data as it comes: files go straight into a store, texts are few and short, and what is too large or
// too many is refused where that shows (import-maps.md, section 2, names and limits).
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { UploadLimits } from '../config.js';
import { DomainError, invalid } from '../platform/errors.js';
import type { BlobStore, StagedBlob } from './blob-store.js';
import { checkPath } from './file-names.js';
import type { CodeOf } from '../platform/refusals/refusals.js';
import { quoted } from '../platform/redact.js';

export interface FormFile {
  /** The path within what is uploaded. */
  readonly path: string;
  readonly blob: StagedBlob;
}

export interface Form {
  /** In the order in which they came. */
  readonly texts: readonly (readonly [name: string, value: string])[];
  readonly files: readonly FormFile[];
}

const MEGABYTE = 1024 * 1024;
const MOST_TEXT_BYTES = 64 * 1024;
/** The setting that says how many files or modules come at once. */
const MOST_FILES = 'STAMPLINE_MAX_FILES';
/** Texts besides those about files. */
const MOST_TEXTS = 100;
/** What git says of a file: `source`, `base`, `dirty`; of one that is gone `delete` beside. */
const TEXTS_PER_FILE = 4;
const mostTexts = (limits: UploadLimits): number => MOST_TEXTS + TEXTS_PER_FILE * limits.files;
/** Files that are written at the same time; the request waits while there are as many. */
const AT_ONCE = 8;
/** Bytes that are parsed at a time: a part's header has some 100. */
const PIECE = 2048;

/**
 * Where a file's path stands. `part`: in the part's name, `-F 'lib/a.js=@lib/a.js'`, unless that is `file`, `files` or `files[]`: then
 * in the filename. `filename`: there alone, whatever the part is called.
 */
export type PathIn = 'part' | 'filename';

const UNNAMED = new Set(['file', 'files']);
/** As some clients name the parts of a list: `files[]`, `files[0]`. */
const AS_LIST = /\[\d{0,6}\]$/;

export const isForm = (type: string | undefined): boolean => /^multipart\/form-data\s*(;|$)/i.test(type ?? '');

/** Resolves with what came, staged in the store; rejects with nothing staged, whether client, disk or limits are the reason. */
export async function readForm(
  request: IncomingMessage,
  store: BlobStore,
  limits: UploadLimits,
  pathIn: PathIn = 'part',
): Promise<Form> {
  const reading = new FormReading(store, limits, pathIn);
  try {
    await reading.read(request);
    return reading.form();
  } catch (error) {
    await reading.abandon(error as Error);
    throw error;
  }
}

class FormReading {
  private readonly texts: [string, string][] = [];
  /** By the order in which they came, which isn't the one in which they are written. */
  private readonly files = new Map<number, FormFile>();
  private readonly open = new Set<Readable>();
  private readonly writing = new Set<Promise<void>>();
  private failed: Error | undefined;
  private stop: (error: Error) => void = () => undefined;
  /** Rejects once reading has failed, so that nobody waits for a parser that has stopped. */
  private readonly stopped = new Promise<never>((_resolve, reject) => (this.stop = reject));
  private count = 0;

  constructor(
    private readonly store: BlobStore,
    private readonly limits: UploadLimits,
    private readonly pathIn: PathIn,
  ) {
    this.stopped.catch(() => undefined);
  }

  async read(request: IncomingMessage): Promise<void> {
    const parser = this.parser(request);
    if (Number(request.headers['content-length'] ?? 0) > this.limits.request) throw this.requestTooLarge();
    let size = 0;
    // Left early it doesn't end the connection, which the refusal still has to go through.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length;
      if (size > this.limits.request) throw this.requestTooLarge();
      for (const piece of piecesOf(chunk as Buffer)) await this.parse(parser, piece);
    }
    const finished = Promise.race([once(parser, 'finish'), this.stopped]);
    parser.end();
    await finished;
    await Promise.all(this.writing);
    if (this.failed) throw this.failed;
  }

  /** Waits until there is room for more files. */
  private async parse(parser: BusboyInstance, piece: Buffer): Promise<void> {
    if (!parser.write(piece)) await Promise.race([once(parser, 'drain'), this.stopped]);
    while (this.writing.size >= AT_ONCE) await Promise.race(this.writing);
    if (this.failed) throw this.failed;
  }

  form(): Form {
    const files = [...this.files].sort(([one], [other]) => one - other).map(([, file]) => file);
    const paths = new Set<string>();
    for (const { path } of files) {
      if (paths.has(path)) throw invalid('upload.repeated_file', `The file ${path} is in the upload twice.`);
      paths.add(path);
    }
    return { texts: this.texts, files };
  }

  /** Ends what is on its way and forgets what came. */
  async abandon(error: Error): Promise<void> {
    this.failed ??= error;
    for (const file of this.open) file.destroy(error);
    await Promise.all(this.writing);
    await this.store.discard([...this.files.values()].map(({ blob }) => blob)).catch(() => undefined);
  }

  private parser(request: IncomingMessage): BusboyInstance {
    const parser = newParser(request, this.limits);
    parser.on('error', (cause) => this.fail(badForm(cause)));
    parser.on('fieldsLimit', () =>
      this.fail(
        tooMany('texts', mostTexts(this.limits), `${TEXTS_PER_FILE} times ${MOST_FILES} and ${MOST_TEXTS} more`),
      ),
    );
    parser.on('field', (name, value, _nameCut, valueCut) => {
      if (valueCut)
        this.fail(tooLarge('upload.text_too_large', `The field ${quoted(name, 100)} is larger than 64 kB.`));
      else this.texts.push([name, value]);
    });
    parser.on('file', (name, stream, filename) => this.take(name, stream, filename));
    return parser;
  }

  private take(name: string | undefined, stream: Readable, filename: string | undefined): void {
    stream.on('error', () => undefined); // Told by whoever reads it.
    try {
      this.count += 1;
      if (this.count > this.limits.files) throw tooMany('files', this.limits.files);
      const hasFilename = this.pathIn === 'filename' || UNNAMED.has((name ?? 'file').replace(AS_LIST, ''));
      const path = checkPath((hasFilename ? filename : name) ?? '');
      const writing = this.write(this.count, path, stream).catch((error: unknown) => this.fail(error as Error));
      this.writing.add(writing);
      void writing.then(() => this.writing.delete(writing));
    } catch (error) {
      this.fail(error as Error);
      stream.resume();
    }
  }

  private async write(at: number, path: string, stream: Readable): Promise<void> {
    this.open.add(stream);
    let cut = false;
    stream.on('limit', () => (cut = true));
    try {
      const blob = await this.store.put(stream);
      this.files.set(at, { path, blob });
    } finally {
      this.open.delete(stream);
      stream.resume();
    }
    if (!cut) return;
    const most = `${this.limits.file / MEGABYTE} MB`;
    throw tooLarge('upload.file_too_large', `The file ${path} is larger than ${most} (STAMPLINE_MAX_FILE_MB).`);
  }

  /** The first one counts; the others follow from it. */
  private fail(error: Error): void {
    this.failed ??= error;
    this.stop(error);
  }

  private requestTooLarge(): DomainError {
    const most = `${this.limits.request / MEGABYTE} MB`;
    return tooLarge('upload.too_large', `The upload is larger than ${most} (STAMPLINE_MAX_UPLOAD_MB). Split it.`);
  }
}

/** A chunk may have hundreds of small files, all of which the parser would begin at once. Views, no copies. */
function piecesOf(chunk: Buffer): Buffer[] {
  const count = Math.ceil(chunk.length / PIECE);
  return Array.from({ length: count }, (_, index) => chunk.subarray(index * PIECE, (index + 1) * PIECE));
}

function newParser(request: IncomingMessage, limits: UploadLimits): BusboyInstance {
  const type = request.headers['content-type'] ?? '';
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': type },
      preservePath: true,
      limits: {
        fieldSize: MOST_TEXT_BYTES,
        fields: mostTexts(limits),
        fileSize: limits.file,
        headerPairs: 20,
        headerSize: 8192,
      },
    });
  } catch (error) {
    throw badForm(error);
  }
}

const badForm = (cause: unknown): DomainError =>
  new DomainError('invalid', 'upload.bad_form', 'The body is not a whole multipart/form-data with a boundary.', {
    cause,
  });

const tooLarge = (code: CodeOf<'too_large'>, message: string): DomainError =>
  new DomainError('too_large', code, message);

export const tooMany = (what: string, most: number, setting = MOST_FILES): DomainError =>
  tooLarge('upload.too_many', `The upload has more than ${most} ${what} (${setting}). Split it.`);
