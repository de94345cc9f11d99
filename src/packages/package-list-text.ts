// The monitored set as one JSON text, which may be 30 MB: read in one transaction a piece at a time, and packed as it comes, so
// that neither memory nor a connection waits for a client that is slow.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGunzip, createGzip, gunzip } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { Db, type Tx } from '../platform/database/db.js';
import { type BodyQueue, Turns } from '../platform/http/large-bodies.js';

/** Entries of a piece. */
const PIECE = 2000;
/** A whole archive takes longer than requests otherwise may. */
const PATIENCE = { limitMs: 60_000 };
/** One is read at a time. */
const READERS: BodyQueue = { waiting: 16, ms: 60_000, from: 0 };

export interface PackedText {
  /** SHA-1 of the text, as ETags of contents are. */
  readonly etag: string;
  /** Bytes of the text. */
  readonly length: number;
  /** Bytes that it takes in memory. */
  readonly packed: number;
  /** All of it. */
  text(): Promise<string>;
  stream(): Readable;
}

@Injectable()
export class PackageListText {
  private readonly turns = new Turns(READERS);

  constructor(private readonly db: Db) {}

  /** By binary name, as it is at one moment. Rejects with unavailable `body.busy` where too many wait, or the client has left. */
  async read(gone: AbortSignal): Promise<PackedText> {
    const giveBack = await this.turns.take(gone);
    try {
      return await this.db.transaction((tx) => pack(piecesOf(tx)));
    } finally {
      giveBack();
    }
  }
}

/** What stands between the brackets. */
async function* piecesOf(tx: Tx): AsyncGenerator<string> {
  await tx.run({
    ...PATIENCE,
    text: `DECLARE package_list NO SCROLL CURSOR FOR
      SELECT json_build_object('binary', b.name, 'source', s.name, 'version', b.version)::text AS entry
      FROM binarypackage b JOIN sourcepackage s ON s.id = b.sourcepackage_id WHERE b.seeded ORDER BY b.name`,
  });
  for (let [count, comma] = [PIECE, '']; count === PIECE; comma = ',') {
    const rows = await tx.run<{ entry: string }>({ ...PATIENCE, text: `FETCH ${PIECE} FROM package_list` });
    count = rows.length;
    if (count > 0) yield `${comma}${rows.map(({ entry }) => entry).join(',')}`;
  }
}

async function pack(pieces: AsyncIterable<string>): Promise<PackedText> {
  const hash = createHash('sha1');
  let length = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const text of bracketed(pieces)) {
      const bytes = Buffer.from(text);
      hash.update(bytes);
      length += bytes.length;
      yield bytes;
    }
  };
  const zip = createGzip({ level: constants.Z_BEST_SPEED });
  const source = Readable.from(counted());
  source.once('error', (error) => zip.destroy(error));
  const chunks: Buffer[] = [];
  for await (const chunk of source.pipe(zip)) chunks.push(chunk as Buffer);
  const packed = Buffer.concat(chunks);
  return {
    etag: `"${hash.digest('base64url')}"`,
    length,
    packed: packed.length,
    text: async () => (await promisify(gunzip)(packed)).toString(),
    stream: () => Readable.from([packed]).pipe(createGunzip()),
  };
}

async function* bracketed(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  yield '[';
  yield* pieces;
  yield ']';
}
