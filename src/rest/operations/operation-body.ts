// The bodies of operations that aren't CRUD: few members, each of one kind, and none that the operation doesn't know.
import { invalid } from '../../platform/errors.js';
import { isCommit } from '../../platform/git-facts.js';
import { asObject, unknownMember } from '../writing/body.js';

type Kind = 'number' | 'flag' | 'text' | 'commit' | 'commits' | 'words';
type Members = Readonly<Record<string, Kind>>;

const NUMBER = 2 ** 31 - 1;
const LONGEST_TEXT = 500;
const MOST_COMMITS = 100;
const MOST_WORDS = 20;

const CHECKS: Readonly<Record<Kind, { readonly says: string; readonly fits: (value: unknown) => boolean }>> = {
  number: {
    says: 'a whole number from 0',
    fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= NUMBER,
  },
  flag: { says: 'true or false', fits: (value) => typeof value === 'boolean' },
  text: {
    says: `a text of at most ${LONGEST_TEXT} characters`,
    fits: (value) =>
      typeof value === 'string' && value.length <= LONGEST_TEXT && !value.includes('\0') && value.isWellFormed(),
  },
  commit: {
    says: "a commit's name: 7 to 64 of the digits 0-9 and a-f",
    fits: (value) => typeof value === 'string' && isCommit(value),
  },
  commits: {
    says: `a list of at most ${MOST_COMMITS} commits' names`,
    fits: (value) =>
      Array.isArray(value) &&
      value.length <= MOST_COMMITS &&
      value.every((one) => typeof one === 'string' && isCommit(one)),
  },
  words: {
    says: `a list of at most ${MOST_WORDS} words`,
    fits: (value) => Array.isArray(value) && value.length <= MOST_WORDS && value.every((one) => CHECKS.text.fits(one)),
  },
};

type Values<Of extends Members> = {
  readonly [Name in keyof Of]?: ValueOf<Of[Name]>;
};
type ValueOf<Of extends Kind> = Of extends 'number'
  ? number
  : Of extends 'flag'
    ? boolean
    : Of extends 'commits' | 'words'
      ? string[]
      : string;

/** No body at all says nothing; so does null for a member. A member that the verb doesn't have is refused: a typo may matter. */
export function verbBody<const Of extends Members>(body: unknown, members: Of): Values<Of> {
  if (body === undefined || body === null || body === '') return {};
  const given = Object.entries(asObject(body)).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of given) {
    const kind = Object.hasOwn(members, name) ? members[name] : undefined;
    if (!kind) throw unknownMember(name, Object.keys(members));
    if (!CHECKS[kind].fits(value)) throw invalid('body.invalid_member', `'${name}' is ${CHECKS[kind].says}.`);
  }
  return Object.fromEntries(given) as Values<Of>;
}
