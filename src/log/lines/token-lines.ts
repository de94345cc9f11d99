// The lines of tokens: who was given what, never the token.

interface Given {
  readonly id: number;
  readonly owner: string;
  readonly scopes: readonly string[];
  readonly projects: readonly string[] | null;
}

/** `Token 3 for ci: read, status:write (in shop)` */
export const tokenCreatedLine = ({ id, owner, scopes, projects }: Given): string =>
  `Token ${id} for ${owner}: ${scopes.join(', ')}${projects ? ` (in ${projects.join(', ')})` : ''}`;

/** `Token 3 of ci replaced by 4: it counts for 24 h more` */
export const tokenRotatedLine = ({ id, owner }: Given, by: number): string =>
  `Token ${id} of ${owner} replaced by ${by}: it is valid for 24 h more`;

/** `Token 3 of ci revoked` */
export const tokenRevokedLine = ({ id, owner }: Given): string => `Token ${id} of ${owner} revoked`;
