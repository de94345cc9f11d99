// Every refusal of the server by its stable code: how it is answered, and what it means. An undeclared code doesn't compile
// (errors.ts). docs/ERRORS.md is made of it.
import type { ErrorKind } from '../error-kind.js';
import { ACCESS } from './access.js';
import type { Declared } from './declared.js';
import { MODULES } from './modules.js';
import { PROMOTION } from './promotion.js';
import { REQUESTS } from './requests.js';
import { RESOURCES } from './resources.js';
import { STREAM } from './stream.js';
import { WORK } from './work.js';

/** By what they are about, in the order of docs/ERRORS.md. */
export const REFUSALS = {
  'Any request': REQUESTS,
  'Lists and objects': RESOURCES,
  'Tickets, packages and projects': WORK,
  'Stages, releases and production': PROMOTION,
  'Uploads and import maps': MODULES,
  'Tokens, scopes and quotas': ACCESS,
  'The stream and its commands': STREAM,
} as const;

type All = typeof REQUESTS &
  typeof RESOURCES &
  typeof WORK &
  typeof PROMOTION &
  typeof MODULES &
  typeof ACCESS &
  typeof STREAM;

/** Codes that are made from a resource's name. */
type Made<Kind> = 'conflict' extends Kind ? `${string}.taken` | `${string}.still_referenced` : never;

type KindsOf<Entry extends Declared> = Entry[0] extends ErrorKind ? Entry[0] : Entry[0][number];

/** Codes that may be refused as one of these kinds. */
export type CodeOf<Kind extends ErrorKind> =
  { [Code in keyof All]: Kind extends KindsOf<All[Code]> ? Code : never }[keyof All] | Made<Kind>;

export type RefusalCode = CodeOf<ErrorKind>;
