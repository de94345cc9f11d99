// Who asks, and what they may: a token's owner with its scopes and projects, or on a machine of one's own everybody.
import { shell } from './shell-quote.js';
import { DomainError } from './errors.js';

/** The projects that somebody may reach, names by ids; undefined: all of them. */
export type Reach = ReadonlyMap<number, string> | undefined;

export interface Principal {
  /** In the history and the stream. */
  readonly name: string;
  /** `all`: whoever reaches a server on the loopback that asks for no tokens. */
  readonly scopes: ReadonlySet<string> | 'all';
  readonly reach?: Reach;
  /** The id of the token; undefined for who sent none. */
  readonly token?: number;
}

/** Without a token everybody is the machine's own user. */
export const LOCAL: Principal = { name: 'local', scopes: 'all' };

/** Whoever can read the server's data, at its own machine; nobody's token can have this owner. */
export const OPERATOR: Principal = { name: 'stampline', scopes: 'all' };

/** `map:*` is held by who holds a scope for any stage; `a|b` by who holds one of them. */
export function holdsScope({ scopes }: Principal, scope: string): boolean {
  if (scopes === 'all' || scopes.has(scope)) return true;
  if (scope.includes('|')) return scope.split('|').some((one) => holdsScope({ name: '', scopes }, one));
  return scope === 'map:*' && [...scopes].some((one) => one.startsWith('map:'));
}

/** Rejects with forbidden `scope.missing`, which names it. */
export function requireScope(principal: Principal, scope: string): void {
  if (!holdsScope(principal, scope)) throw scopeMissing(scope);
}

/** `field`: what in the body needs it. */
export const scopeMissing = (scope: string, field?: string): DomainError =>
  new DomainError(
    'forbidden',
    'scope.missing',
    `This token lacks the scope ${scope}${field === undefined ? '' : `, which ${field} needs`}. Get one that has it: ${shell`stampline token create --owner NAME --scope ${scope}`}`,
    { data: { scope, ...(field === undefined ? {} : { field }) } },
  );

/** A refusal as it is told to somebody with this reach: it names no project that they can't see. */
export function toldTo(reach: Reach, error: DomainError): DomainError {
  const { narrowed } = error.details;
  if (!reach || !narrowed) return error;
  return error.saying(narrowed(new Set(reach.values())));
}

/** Rejects with forbidden `project.other`. */
export function requireReach(reach: Reach, { id }: { readonly id: number }): void {
  if (reach && !reach.has(id)) throw otherProject(reach);
}

/** It doesn't say which: of what is out of reach nobody hears the name. */
export const otherProject = (reach: ReadonlyMap<number, string>): DomainError =>
  new DomainError(
    'forbidden',
    'project.other',
    `This token is for ${namesOf(reach)}, and this belongs to another project. Get one for it: stampline token create --owner NAME --scope SCOPE --project PROJECT`,
  );

/** What concerns all projects, or none of them. Rejects with forbidden `token.limited`. */
export function requireEverything(reach: Reach): void {
  if (!reach) return;
  throw new DomainError(
    'forbidden',
    'token.limited',
    `This concerns more than one project, and this token is for ${namesOf(reach)}. Get one for all projects.`,
  );
}

const namesOf = (reach: ReadonlyMap<number, string>): string =>
  reach.size === 0 ? 'deleted projects' : [...reach.values()].sort().join(', ');
