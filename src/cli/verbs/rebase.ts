// stamp rebase: settles keys that somebody else released since the ticket changed them, one choice each.
import { usage } from '../words/cli-error.js';
import type { Options } from '../words/options.js';
import type { Session } from '../session/session.js';
import { nameOf, nextOf, sayChange } from '../stages/print-change.js';
import { stagesOf } from '../stages/stage-line.js';
import { onSeen } from '../stages/ticket-verb.js';
import { readTicket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { readDiff } from './diff.js';
import { CHANGE_FIELDS } from '../words/json-shapes.js';

type Choice = 'mine' | 'theirs';
type Choices = Readonly<Record<string, Choice>>;

export const rebase: Verb = {
  name: 'rebase',
  takes: '[ticket] [choices...]',
  summary: 'Resolve conflicts with modules that another ticket released since',
  description:
    'mine keeps the version of the ticket, over the one in production; theirs drops it. A ticket that is past its first stage ' +
    'is reverted first.',
  options: [
    ['--mine', 'keep the version of the ticket, for all keys in conflict'],
    ['--theirs', 'keep the version in production, for all keys in conflict'],
  ],
  completes: 'ticket',
  json: CHANGE_FIELDS,
  examples: [
    { run: 'stamp rebase TKT-1 cart=mine', says: 'you have seen the live version, and want yours over it' },
    { run: 'stamp rebase TKT-1 --theirs', says: 'drop every change in conflict' },
  ],
  run: async (session, args, options) => {
    const named = args[0]?.includes('=') ? undefined : args[0];
    const said = choicesIn(named === undefined ? args : args.slice(1));
    const ticket = await readTicket(session, await ticketNamed(session, named, options));
    const choices = await allChoices(session, String(ticket.id), said, options);
    if (Object.keys(choices).length === 0) {
      session.out.result({ key: ticket.key, changes: [] }, () => session.out.say(`${ticket.key} has no conflicts.`));
      return undefined;
    }
    const { server } = session;
    const path = { id: String(ticket.id) };
    const change = await onSeen(session, ticket, (header) =>
      server.of(server.api.POST('/api/v1/ticket/{id}/rebase/', { params: { path, header }, body: choices })),
    );
    const line = await stagesOf(session, ticket);
    const kept = Object.entries(choices).map(([key, choice]) => `${key} ${choice}`);
    const headline = `${ticket.key} settled: ${kept.join(', ')}; revision ${change.revision}`;
    sayChange(session, change, { line, headline, next: nextOf(line, ticket.key, change.stage) });
    return undefined;
  },
};

/** `cart=mine`; a key may have `=` in it. Rejects with usage. */
function choicesIn(words: readonly string[]): Choices {
  return Object.fromEntries(
    words.map((word) => {
      const [, key, choice] = /^(.+)=(mine|theirs)$/s.exec(word) ?? [];
      if (key === undefined) throw usage(`'${word}' is not a choice: use cart=mine or cart=theirs.`);
      return [key, choice as Choice];
    }),
  );
}

/** What was said of single ones counts more than --mine and --theirs. */
async function allChoices(session: Session, id: string, said: Choices, { mine, theirs }: Options): Promise<Choices> {
  if (mine && theirs)
    throw usage('--mine and --theirs contradict each other: use one of them, or a choice for each module.');
  if (!mine && !theirs && Object.keys(said).length === 0)
    throw usage('Choose a version: --mine, --theirs, or a choice for each module: cart=mine.');
  if (!mine && !theirs) return said;
  const { changes } = await readDiff(session, id, {});
  const overtaken = changes.filter(({ state }) => state === 'stale');
  return { ...Object.fromEntries(overtaken.map((one) => [nameOf(one), mine ? 'mine' : 'theirs'])), ...said };
}
