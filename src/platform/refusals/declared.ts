// What a table of refusals is made of.
import type { ErrorKind } from '../error-kind.js';

/** How it is answered, and what it means; several kinds where one code is refused in several ways. */
export type Declared = readonly [kind: ErrorKind | readonly ErrorKind[], about: string];

export type Refusals = Readonly<Record<string, Declared>>;
