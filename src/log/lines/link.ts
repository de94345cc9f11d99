// Where to look: each event leads to what it is about; what was deleted leads to the history that its ticket keeps.

/** The link as it may be shown: http and https only; undefined for anything else. */
export function safeLink(link: unknown): string | undefined {
  if (typeof link !== 'string' || link.length > 2048 || !/^https?:\/\/[^\s\\]+$/i.test(link)) return undefined;
  return URL.canParse(link) ? link : undefined;
}

/** Where what is left of something deleted can be read. `ticket`: SQL of the id of its ticket. */
export const deletedLinkSql = (ticket: string | undefined): string =>
  ticket ? `'/api/v1/ticket/' || ${ticket} || '/history/'` : 'NULL::text';
