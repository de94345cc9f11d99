// A ticket's key goes into lines for a shell and into the command line of others, so what a server answers as one is looked
// at: ours makes no other, and another server, or somebody on the way, may.

const KEY = /^[A-Za-z][A-Za-z0-9_]{0,49}-\d{1,15}$/;

/** The first key of a ticket that is none, in an answer or in the objects of a list; undefined where all are. */
export function wrongKeyIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { objects } = answer as { readonly objects?: unknown };
  return (Array.isArray(objects) ? objects : [answer]).map(wrongKey).find((key) => key !== undefined);
}

function wrongKey(object: unknown): string | undefined {
  const { key, ...others } = (object ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== 'string' || !('version' in others || 'verdicts' in others)) return undefined;
  return KEY.test(key) ? undefined : key;
}
