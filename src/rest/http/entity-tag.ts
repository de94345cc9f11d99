// ETags: a version in quotes for what has versions, else a digest of the content; and the conditions that name them.
import { createHash } from 'node:crypto';
import { DomainError } from '../../platform/errors.js';

export const versionTag = (version: number): string => `"${version}"`;

export const contentTag = (body: string): string => `"${createHash('sha1').update(body).digest('base64url')}"`;

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

/** If-None-Match: true when the client has this already (304). */
export const isKnown = (ifNoneMatch: string | undefined, tag: string): boolean =>
  ifNoneMatch !== undefined && tagsOf(ifNoneMatch).some((one) => one === '*' || one === tag);

/** If-Match, read once: undefined when there is none; `*` is what every existing object fulfils. */
export const parseIfMatch = (header: string | undefined): readonly string[] | undefined =>
  header === undefined ? undefined : tagsOf(header);

/** True where every state of an existing object will do. */
export const takesAny = (ifMatch: readonly string[] | undefined): boolean => !ifMatch || ifMatch.includes('*');

/** The one version that an If-Match names; undefined where it names none or several. */
export function onlyVersion(ifMatch: readonly string[] | undefined): number | undefined {
  const version = ifMatch?.length === 1 ? /^"([1-9]\d{0,8})"$/.exec(ifMatch[0] ?? '')?.[1] : undefined;
  return version === undefined ? undefined : Number(version);
}

/** Refuses with 412 when the object isn't the one that the client saw. */
export function requireMatch(ifMatch: readonly string[] | undefined, current: string): void {
  if (!ifMatch || takesAny(ifMatch) || ifMatch.includes(current)) return;
  throw new DomainError(
    'precondition',
    'if_match.failed',
    `This object has changed: its ETag is ${current}, not ${ifMatch.join(', ')}. Read it again and repeat the change on the current version.`,
  );
}
