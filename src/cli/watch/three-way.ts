// Three sources decide what a file is to a ticket: ours, in the work tree; the one that our line of work began with, where it
// left the trunk; and production's.

/** git's id of what is stored; null where there is no such file. */
export type Version = string | null;

export interface ThreeVersions {
  readonly ours: Version;
  /** At the merge base of HEAD and the trunk. */
  readonly begun: Version;
  /** Production's; undefined where it has the file, and nobody said which version that is. */
  readonly live: Version | undefined;
  /** True where the path had production's version in HEAD's history. */
  readonly isPast: boolean;
  /** HEAD is on the trunk: what is here is what everybody wants released. */
  readonly onTrunk: boolean;
}

export type Decision =
  /** Production has it. */
  | { readonly kind: 'same' }
  /** Nobody changed it here; what production has is for others to say. */
  | { readonly kind: 'left' }
  /** None, and what the ticket had of it is taken back. */
  | { readonly kind: 'none' }
  /** A change, made from `base`; undefined: the server compares it with what production had once. */
  | { readonly kind: 'change'; readonly base: Version | undefined }
  /** A change, made from something else than what production has. */
  | { readonly kind: 'stale'; readonly base: Version }
  /** Nothing to compare with: the server compares the bytes. */
  | { readonly kind: 'unknown' };

export function decide({ ours, begun, live, isPast, onTrunk }: ThreeVersions): Decision {
  if (live === undefined) return { kind: 'unknown' };
  if (ours === live) return { kind: 'same' };
  const isOurChange = ours !== begun;
  // A file that is as it was when we began may be one that a release took away.
  if (live === null) return { kind: 'change', base: isOurChange ? null : undefined };
  if (isPast || live === begun) return isOurChange || onTrunk ? { kind: 'change', base: live } : { kind: 'left' };
  return isOurChange ? { kind: 'stale', base: begun } : { kind: 'left' };
}
