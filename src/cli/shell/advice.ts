// What to do about 401 and 403, in the command's own words.
import { shell, words } from '../../platform/shell-quote.js';
import type { Refusal } from '../../client/server.js';

/** `says` is the server's line; `fromVariable`: whether STAMP_TOKEN was sent. */
export function accessAdvice({ status, code, url }: Refusal, says: string, fromVariable: boolean): string {
  if (status !== 401) return says;
  const login = `'${shell`stamp login ${words(url ? [url] : [])}`}'`;
  if (code === 'token.missing') return `This server requires a token: ${login} stores one, STAMP_TOKEN sends one.`;
  if (code === 'token.invalid')
    return `${says} ${fromVariable ? 'It is the token of STAMP_TOKEN.' : `Then ${login} stores it.`}`;
  // Somebody before the server asks, such as a proxy.
  return `${says} ${fromVariable ? 'The token of STAMP_TOKEN was sent.' : `${login} stores a token, STAMP_TOKEN sends one.`}`;
}
