// What a token looks like: `stl_`, 32 random bytes, and a checksum that tells a mistyped one without a look-up. Only its
// SHA-256 is ever kept (promises.md, "Who may do what").
import { createHash, randomBytes } from 'node:crypto';

/** What every token of ours begins with. */
export const TOKEN_START = 'stl_';
const CHECK = 6;
const PATTERN = /^stl_([A-Za-z0-9_-]{43})([0-9a-f]{6})$/;

export function newToken(): string {
  const body = randomBytes(32).toString('base64url');
  return `${TOKEN_START}${body}${checksum(body)}`;
}

/** True for a text that can be a token. */
export function isToken(text: string): boolean {
  const [, body = '', check = ''] = PATTERN.exec(text) ?? [];
  return check !== '' && checksum(body) === check;
}

/** As it is kept: hex. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const checksum = (body: string): string => createHash('sha256').update(body).digest('hex').slice(0, CHECK);
