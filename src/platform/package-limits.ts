// How much a package.json may say of where names lead. Real packages have far less of each; more of one makes resolving a name
// take memory or time that grows with the square of the file, so it is refused before anything is resolved.

/** Characters of a name, a target, and what a star makes of either: no path and no specifier has more bytes. */
export const MOST_LENGTH = 1000;

const MOST = { names: 20_000, targets: 16, conditions: 32, depth: 16, stars: 8 };

/**
 * What there is too much of in `exports` and `imports`, as a clause: `"./x" in its exports has a list of 300 targets, and may have
 * 16`. Undefined where there isn't. It reads each value once.
 */
export function excessIn(description: { readonly exports?: unknown; readonly imports?: unknown }): string | undefined {
  for (const member of ['exports', 'imports'] as const) {
    const found = excessOf(member, description[member]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function excessOf(member: string, said: unknown): string | undefined {
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return excessAt(`its ${member}`, said);
  const entries = Object.entries(said);
  if (entries.length > MOST.names) return `its ${member} have ${entries.length} names, and may have ${MOST.names}`;
  for (const [name, target] of entries) {
    const where = `${JSON.stringify(name.slice(0, 100).toWellFormed())} in its ${member}`;
    if (name.length > MOST_LENGTH) return `${where} has ${name.length} characters, and may have ${MOST_LENGTH}`;
    const found = excessAt(where, target);
    if (found !== undefined) return found;
  }
  return undefined;
}

function excessAt(where: string, target: unknown, depth = 0): string | undefined {
  if (typeof target === 'string') return excessInText(where, target);
  if (typeof target !== 'object' || target === null) return undefined;
  if (depth === MOST.depth) return `${where} has conditions or lists nested more than ${MOST.depth} deep`;
  const inner: unknown[] = Object.values(target);
  const [most, what] = Array.isArray(target)
    ? [MOST.targets, `a list of ${inner.length} targets`]
    : [MOST.conditions, `${inner.length} conditions`];
  if (inner.length > most) return `${where} has ${what}, and may have ${most}`;
  for (const one of inner) {
    const found = excessAt(where, one, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function excessInText(where: string, target: string): string | undefined {
  if (target.length > MOST_LENGTH)
    return `${where} has a target of ${target.length} characters, and may have one of ${MOST_LENGTH}`;
  const stars = target.split('*').length - 1;
  return stars > MOST.stars ? `${where} has a target with ${stars} stars, and may have ${MOST.stars}` : undefined;
}
