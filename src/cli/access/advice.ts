// What to do about 401 and 403, in the command's own words.
import type { Refusal } from '../../client/server.js';

/** `says` is the server's line; `fromVariable`: whether STAMP_TOKEN was sent. */
export function accessAdvice({ status, code, url }: Refusal, says: string, fromVariable: boolean): string {
  if (status !== 401) return says;
  const login = `'stamp login${url ? ` ${url}` : ''}'`;
  if (code === 'token.missing') return `This server asks for a token: ${login} keeps one, STAMP_TOKEN sends one.`;
  return `${says} ${fromVariable ? 'It is the one of STAMP_TOKEN.' : `Then ${login} keeps it.`}`;
}
