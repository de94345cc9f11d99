// How SQL finds layers by keys. Few keys have an index. Postgres compares two arrays each with each, and where there are few
// layers it does so without the index, however long they are: 10 000 keys and a layer of 40 000 took seconds. So for many keys
// it makes a hash of them once, and looks up in it what the layers have.

/** Up to so many, comparing each with each is quick enough. */
const FEW = 64;

/** Whether what is looked for has a statement of its own, which its name must tell. */
export const isMany = (keys: readonly unknown[]): boolean => keys.length > FEW;

/** SQL: a layer's list of keys or imports has one of those that a parameter has. */
export const sharesAny = (list: string, parameter: string, keys: readonly unknown[]): string =>
  isMany(keys)
    ? `EXISTS (SELECT 1 FROM unnest(${list}) u (key) WHERE ${isAmong('u.key', parameter)})`
    : `${list} && ${parameter}::text[]`;

/** SQL: a text is among those of a parameter, by a hash. Without `IS TRUE` it would be planned as a join, for ten of them. */
export const isAmong = (text: string, parameter: string): string =>
  `(${text} IN (SELECT unnest(${parameter}::text[]))) IS TRUE`;

/** A statement's name, by how it looks. */
export const nameFor = (name: string, keys: readonly unknown[]): string => (isMany(keys) ? `${name}_many` : name);
