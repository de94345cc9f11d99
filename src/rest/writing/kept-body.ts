// How much of an answer's body is kept for its Idempotency-Key: small ones as they are, larger ones packed, and of what is large
// even then the length and a digest.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Bytes up to which a body is kept as it is. */
export const KEPT_PLAIN = 16 * 1024;
/** Bytes up to which it is packed, and which it then has at most. */
export const KEPT_PACKED = { most: 1024 * 1024, packed: 64 * 1024 };

export interface KeptBody {
  readonly body: string | null;
  readonly packed: Buffer | null;
  /** Bytes of a body that is not kept. */
  readonly length: number | null;
  /** Its SHA-256 in base64. */
  readonly digest: string | null;
}

/** What is known of a body that isn't kept. */
export interface OmittedBody {
  /** Bytes. */
  readonly length: number;
  /** SHA-256 in base64. */
  readonly digest: string;
}

const EMPTY: KeptBody = { body: null, packed: null, length: null, digest: null };

const pack = promisify(gzip);
const unpack = promisify(gunzip);

export async function keptBody(body: string | null): Promise<KeptBody> {
  if (body === null || Buffer.byteLength(body) <= KEPT_PLAIN) return { ...EMPTY, body };
  const bytes = Buffer.from(body);
  const packed = bytes.length <= KEPT_PACKED.most ? await pack(bytes) : undefined;
  if (packed && packed.length <= KEPT_PACKED.packed) return { ...EMPTY, packed };
  return { ...EMPTY, length: bytes.length, digest: createHash('sha256').update(bytes).digest('base64') };
}

/** The body as it was answered, or what is known of it. */
export async function answeredBody(kept: KeptBody): Promise<{ body: string | null; omitted?: OmittedBody }> {
  const { body, packed, length, digest } = kept;
  if (packed) return { body: String(await unpack(packed, { maxOutputLength: KEPT_PACKED.most })) };
  return length === null || digest === null ? { body } : { body, omitted: { length, digest } };
}
