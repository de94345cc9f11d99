// The token in an Authorization header, in each of the forms that clients of ours and of others send.
import type { AccessRules } from '../config.js';
import { TOKEN_START } from './token-text.js';

export interface OfferedToken {
  /** Empty where the header can't be read. */
  readonly token: string;
  /** Whose it has to be, where the form says so. */
  readonly user?: string;
}

/**
 * What is to be looked at. A scheme with nothing behind it, as scripts send whose variable is empty, is no token. A server
 * that asks for no tokens passes over whatever old scripts send to others, such as the keys of another tracker: only what
 * begins as our tokens do is one.
 */
export function offeredToken(header: string | undefined, { required }: AccessRules): OfferedToken | undefined {
  if (header === undefined || /^\w* *$/.test(header)) return undefined;
  const given = readAuthorization(header);
  if (given?.token === '') return undefined;
  if (!required && !(given ? isOurs(given) : header.includes(TOKEN_START))) return undefined;
  return given ?? { token: '' };
}

/** True for what begins as our tokens do: anything else was meant for somebody else. */
export const isOurs = ({ token }: OfferedToken): boolean => token.startsWith(TOKEN_START);

/**
 * `Bearer <token>`; `Basic` with any user name and the token as password, which is all that import-map-deployer's clients know;
 * and Tastypie's `ApiKey <user>:<token>`, whose user must be the owner.
 */
function readAuthorization(header: string): OfferedToken | undefined {
  const [, scheme = '', rest = ''] = /^(\w+) +(\S+) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { token: rest };
    case 'basic': {
      const text = Buffer.from(rest, 'base64').toString();
      const at = text.indexOf(':');
      return at < 0 ? undefined : { token: text.slice(at + 1) };
    }
    case 'apikey': {
      const at = rest.lastIndexOf(':');
      return at > 0 ? { user: rest.slice(0, at), token: rest.slice(at + 1) } : undefined;
    }
    default:
      return undefined;
  }
}
