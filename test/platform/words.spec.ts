// The check that texts are plain English (scripts/words-check.mjs) must be able to fail, and must let plain words be.
import { faultsIn, HOLE, PATTERNS, textsInCode, textsInPage } from '../../scripts/words-check.mjs';

/** What was written once, and what it says now. */
const REWORDED: [string, string][] = [
  [`${HOLE} is no scope. Known: ${HOLE}.`, `${HOLE} is not a valid scope. Known: ${HOLE}.`],
  ['The integrity "md5" is none.', 'The integrity "md5" is not valid.'],
  ['TKT-7 is no ticket with modules', 'TKT-7 has no modules'],
  ["The name ci is nobody's.", 'The name ci is reserved.'],
  [`Nobody holds ${HOLE}.`, `${HOLE} is not held.`],
  ['null where it was nobody’s ticket', 'null where no ticket made it'],
  ['until somebody lifts it', 'until it is lifted'],
  ['Promote it, for everybody?', 'Promote it, for all users?'],
  ['Whoever has the link sees the ticket.', 'Anyone with the link can see the ticket.'],
  ['The token that gave it counts no more.', 'The token that gave the command has expired or was revoked.'],
  ['List the tokens that count, newest first', 'List the valid tokens, newest first'],
  ['STAMP_TOKEN is set, and counts before it.', 'STAMP_TOKEN is set, and overrides it.'],
  ['the last one counts', 'the last one is current'],
  ['Say which ticket: status TKT-1', 'Name the ticket: status TKT-1'],
  ['Send fewer, or say skip_url_check.', 'Send fewer, or add skip_url_check.'],
  ['a whole number, please.', 'must be a whole number.'],
  ['Please try again.', 'Try again.'],
  ['it stands behind its fallback', 'it comes after its fallback'],
  ['which lies outside the uploaded folder', 'which is outside the uploaded folder'],
  ['Its parts go along.', 'Its parts are deleted with it.'],
  ['main → gone leads nowhere', 'main → gone does not resolve'],
  ['The URL that it leads to.', 'The URL that it resolves to.'],
  ['Where it leads.', 'The URL of the target.'],
  ['The text is written anew.', 'The text is written again.'],
  ['Files can not be read at the moment.', 'Files can not be read.'],
  ['Once more: repeat it once more.', 'Repeat it.'],
  ['Look at what came meanwhile.', 'Production changed since you read it. Review, then retry.'],
  ['on the way back', 'at shutdown'],
  ['A token is not valid any more.', 'A token was revoked.'],
  ['A defect is no more.', 'A defect was resolved.'],
  ['revoked or has run out', 'was revoked or has expired'],
  [`There is no '${HOLE}' here. There is a, b.`, `Unknown member '${HOLE}'. Known: a, b.`],
  [`There is no filter '${HOLE}'. There are ${HOLE}.`, `Unknown filter '${HOLE}'. Known: ${HOLE}.`],
  [`There are ${HOLE}.`, `Known: ${HOLE}.`],
  ['a notification that is no news', 'ignoring a malformed notification'],
  ['what others do is not heard', 'notifications from other processes are not received'],
  ['the next is told to come again', 'the next request is refused'],
  ['Send help for what there is.', 'Send help to list the commands.'],
  ['A ticket that there is not is refused.', 'A ticket that does not exist is refused.'],
  ['who takes nothing is dropped', 'a reader that stops reading is disconnected'],
  ['the server leaves', 'the server is shutting down'],
  ['It goes like this: status TKT-1', 'Usage: status TKT-1'],
  ['Promote it all the same', 'Promote it anyway'],
  ['purpose is a text of at most 500 characters', 'purpose must be a string of at most 500 characters'],
];

it.each(REWORDED)('finds the dialect of "%s", and nothing in "%s"', (dialect, plain) => {
  expect(faultsIn(dialect)).not.toEqual([]);
  expect(faultsIn(plain)).toEqual([]);
});

it('has a text above for each pattern, and says what to write', () => {
  const idle = PATTERNS.filter(({ turn }) => !REWORDED.some(([dialect]) => turn.test(dialect)));
  expect(idle).toEqual([]);
  expect(PATTERNS.filter(({ instead }) => instead === '')).toEqual([]);
});

it.each([
  'There is no ticket 42.',
  'There are no such tickets.',
  'It is no longer stored, and is no larger than before.',
  'HTTPS stands for the secured protocol. Postgres is a standby. A module can stand alone.',
  'The metric counts requests by the minute.',
  'What the owner may say, and what the messages say.',
  'Errors are told apart by their names.',
  'The leader leads the others.',
  `There are ${HOLE} tickets.`,
])('lets ordinary words be: %s', (plain) => {
  expect(faultsIn(plain)).toEqual([]);
});

it.each([
  'Sorry, this request could not be processed. Please try again later.',
  `Invalid limit '${HOLE}' provided. Please provide a positive integer >= 0.`,
])('keeps to the letter what old clients match: %s', (kept) => {
  expect(faultsIn(kept)).toEqual([]);
  expect(faultsIn(kept.replace('Invalid', 'Wrong').replace('Sorry', 'Excuse'))).not.toEqual([]);
});

it('reads strings, templates and sums of them, each once, with what is in their holes', () => {
  const source = [
    "const word = 'one';",
    "const sum = 'Say ' + (which + ' of ') + `these ${count === 1 ? 'one is no scope' : 'two'}.`;",
    'const hole = `It is ${count === 1 ? `no ${kind}` : `counted by ${kind}`} here.`;',
    '// Nobody reads comments here.',
  ].join('\n');
  expect(textsInCode('a.ts', source)).toEqual([
    { line: 2, text: `Say ${HOLE} of these ${HOLE}.` },
    { line: 2, text: 'one is no scope' },
    { line: 3, text: `It is ${HOLE} here.` },
    { line: 3, text: `no ${HOLE}` },
    { line: 3, text: `counted by ${HOLE}` },
  ]);
});

it('reads the prose of a page, and neither its code nor where its links go', () => {
  const page = [
    '# Say it',
    '```sh',
    'say please',
    '```',
    'Use `say` as [told](please.md).',
    '',
    '   ```',
    'Say',
    '```',
  ];
  expect(textsInPage(page.join('\n'))).toEqual([
    { line: 1, text: '# Say it' },
    { line: 5, text: `Use ${HOLE} as [told].` },
  ]);
});
