// What is wrong with an entry of a map, as a refusal (import-maps.md, section 2).
import { DomainError, type ErrorKind } from '../../platform/errors.js';
import type { Fault } from '../domain/admission.js';

const KINDS: Readonly<Record<Fault['kind'], ErrorKind>> = {
  name: 'invalid',
  scheme: 'invalid',
  invalid: 'unprocessable',
  unsafe: 'forbidden',
};

/** `part`: where in the request it stands. */
export const faultError = ({ kind, message }: Fault, part?: string): DomainError =>
  new DomainError(KINDS[kind], `module.${kind}`, message, part === undefined ? {} : { part });
