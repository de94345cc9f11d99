// Who asks, and what they may: a token's owner with its scopes, or on a machine of one's own everybody.
import { DomainError } from './errors.js';

export interface Principal {
  /** In the history and the stream. */
  readonly name: string;
  /** `all`: whoever reaches a server on the loopback that asks for no tokens. */
  readonly scopes: ReadonlySet<string> | 'all';
}

/** Without a token everybody is the machine's own user. */
export const LOCAL: Principal = { name: 'local', scopes: 'all' };

/** `map:*` is held by who holds a scope for any stage. */
export function holdsScope({ scopes }: Principal, scope: string): boolean {
  if (scopes === 'all' || scopes.has(scope)) return true;
  return scope === 'map:*' && [...scopes].some((one) => one.startsWith('map:'));
}

/** Rejects with forbidden `scope.missing`, which names it. */
export function requireScope(principal: Principal, scope: string): void {
  if (!holdsScope(principal, scope)) throw scopeMissing(scope);
}

export const scopeMissing = (scope: string): DomainError =>
  new DomainError(
    'forbidden',
    'scope.missing',
    `This token lacks the scope ${scope}. Ask for one that has it: stampline token create --owner NAME --scope ${scope}`,
    { data: { scope } },
  );
