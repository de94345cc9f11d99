// Names for things in memory that never change. What is made of them is cached under these, and not under numbers of the
// database, which may mean something else after a crash or a restore.
const names = new WeakMap<object, number>();
let named = 0;

/** The same object, the same name; another one has another, even where it looks alike. */
export function identityOf(one: object): number {
  const known = names.get(one);
  if (known !== undefined) return known;
  names.set(one, ++named);
  return named;
}
