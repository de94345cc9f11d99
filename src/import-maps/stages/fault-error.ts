// What is wrong with an entry of a map, as a refusal (import-maps.md, section 2).
import { DomainError } from '../../platform/errors.js';
import type { Fault } from '../domain/admission.js';

const REFUSED = {
  name: ['invalid', 'module.name'],
  scheme: ['invalid', 'module.scheme'],
  invalid: ['unprocessable', 'module.invalid'],
  unsafe: ['forbidden', 'module.unsafe'],
} as const;

/** `part`: where in the request it stands. */
export const faultError = ({ kind, message }: Fault, part?: string): DomainError =>
  new DomainError(...REFUSED[kind], message, part === undefined ? {} : { part });
