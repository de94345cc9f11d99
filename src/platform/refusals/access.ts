// Refusals of tokens, scopes, quotas and rates.
import type { Refusals } from './declared.js';

export const ACCESS = {
  'project.other': ['forbidden', 'The token is for other projects.'],
  'quota.events': [
    'too_many',
    'The project or the owner of the token sent as many events this minute as its quota allows.',
  ],
  'quota.files': ['too_large', 'The project or the owner would have more bytes of files than its quota.'],
  'quota.keys': ['forbidden', 'The ticket would have more keys than the quota.'],
  'quota.streams': ['too_many', 'The project or the owner has as many streams open as its quota allows.'],
  'quota.waits': ['too_many', 'The project or the owner has as many waits open as its quota allows.'],
  'rate.failures': ['too_many', 'Too many tokens or preview keys from this address were not valid.'],
  'rate.writes': ['too_many', 'The owner of the token writes too often.'],
  'scope.missing': ['forbidden', 'The token lacks a scope.'],
  'share.downloads': ['too_many', 'Too many downloads of this address or token are open.'],
  'share.streams': ['too_many', 'Too many streams of this address or token are open.'],
  'share.waits': ['too_many', 'Too many waits of this address or token are open.'],
  'token.days': ['invalid', 'days is not a number of days that a token can last.'],
  'token.invalid': ['unauthenticated', 'The token is unknown, was revoked or has expired.'],
  'token.limited': ['forbidden', 'The request is not about one project alone, and the token is for some.'],
  'token.missing': ['unauthenticated', 'The server asks for a token.'],
  'token.not_yours_to_give': ['forbidden', 'The token cannot give a scope that it lacks.'],
  'token.owner': ['invalid', 'The owner of a token is missing, not a name, or reserved.'],
  'token.projects': ['invalid', 'The projects of a token are not a list of projects that exist.'],
  'token.purpose': ['invalid', 'The purpose of a token is not a text, or too long.'],
  'token.rotated': ['conflict', 'The token was rotated already.'],
  'token.scopes': ['invalid', 'The scopes of a token are missing or not known.'],
  'token.unchecked': ['unavailable', 'Whether the token is still valid is not known. Nothing was changed.'],
} as const satisfies Refusals;
