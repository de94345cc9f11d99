// What a token is asked for with: {owner, scopes, projects?, purpose?, days?}.
import { invalid } from '../platform/errors.js';
import { objectOf } from '../rest/writing/body.js';
import type { WantedToken } from './access-tokens.js';
import { isOwnerName, looksReserved, ownerName } from './owner-name.js';
import { isScope, SCOPES } from './scopes.js';

const DAYS = { usual: 90, most: 3650 };
const MOST_SCOPES = 50;
const MOST_PROJECTS = 100;

const MEMBERS: readonly string[] = ['owner', 'scopes', 'projects', 'purpose', 'days'];

/** Rejects with invalid `body.unknown_member` (`project` for `projects` would make a token of all), `token.owner`, `token.scopes`, `token.projects`, `token.purpose`, `token.days`. */
export function tokenBody(body: unknown): WantedToken {
  const { owner: given, scopes, projects = null, purpose = '', days = DAYS.usual } = objectOf(body, MEMBERS);
  const owner = readOwner(given);
  if (typeof purpose !== 'string' || purpose.length > 500)
    throw invalid('token.purpose', 'purpose must be a string of at most 500 characters.');
  if (!Number.isInteger(days) || Number(days) < 1 || Number(days) > DAYS.most)
    throw invalid('token.days', `days must be a whole number from 1 to ${DAYS.most}.`);
  return { owner, purpose, scopes: readScopes(scopes), projects: readProjects(projects), days: Number(days) };
}

function readOwner(given: unknown): string {
  const owner = typeof given === 'string' ? ownerName(given) : '';
  if (!isOwnerName(owner))
    throw invalid('token.owner', 'Give an owner: at most 100 letters, digits and @._+-, such as ci.');
  if (!looksReserved(owner)) return owner;
  throw invalid(
    'token.owner',
    `'${owner}' is reserved: it reads like local or stampline, which the server uses itself. Choose another owner.`,
  );
}

function readScopes(scopes: unknown): string[] {
  const there = `Known: ${Object.keys(SCOPES).join(', ')}.`;
  if (!Array.isArray(scopes) || scopes.length === 0 || scopes.length > MOST_SCOPES)
    throw invalid('token.scopes', `Give at least one scope, such as read and status:write. ${there}`);
  const wrong: unknown = scopes.find((scope) => typeof scope !== 'string' || !isScope(scope));
  if (wrong !== undefined)
    throw invalid('token.scopes', `${JSON.stringify(wrong).slice(0, 60)} is not a valid scope. ${there}`);
  return [...new Set(scopes as string[])];
}

/** Null: all of them. */
function readProjects(projects: unknown): string[] | null {
  if (projects === null) return null;
  const isList = Array.isArray(projects) && projects.length > 0 && projects.length <= MOST_PROJECTS;
  if (isList && projects.every((name) => typeof name === 'string' && name !== '' && !name.includes('\0')))
    return [...new Set(projects as string[])];
  const example =
    'projects must be a list of project names, such as ["default"]. Leave it out for a token for all projects.';
  throw invalid('token.projects', example);
}
