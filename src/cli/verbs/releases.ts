// stamp releases: production's releases, newest first.
import { usage } from '../words/cli-error.js';
import { timeFor } from '../words/local-time.js';
import { textOf } from '../words/options.js';
import { sayTable } from '../output/table.js';
import { latestReleases } from '../stages/entries.js';
import { productionOf, readStages } from '../stages/stage-line.js';
import { ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { RELEASE_FIELDS } from '../words/json-shapes.js';

export const releases: Verb = {
  name: 'releases',
  summary: "List production's releases, newest first",
  description: 'Each with the title of its ticket and the commits that it brought.',
  options: [['--limit <n>', 'how many (default: 20)']],
  json: RELEASE_FIELDS,
  examples: [
    { run: 'stamp releases', says: 'what was released, reverted and rolled back' },
    { run: 'stamp releases --limit 1 --json=number', says: 'which one is live' },
  ],
  run: async (session, _args, options) => {
    const { out, settings } = session;
    const limit = textOf(options, 'limit') ?? '20';
    if (!/^[1-9]\d{0,2}$/.test(limit)) throw usage(`--limit must be a number from 1 to 999, not '${limit}'.`);
    const production = productionOf(await readStages(session, settings.project));
    const ticket: Record<string, string> =
      textOf(options, 'ticket') === undefined ? {} : { ticket: await ticketNamed(session, undefined, options) };
    const found = await latestReleases(session, { project__name: production.project, ...ticket }, Number(limit));
    out.result(found, () =>
      sayTable(
        out,
        ['release', 'made', 'by', 'what', 'commits', 'title'],
        found.map(({ number, created_at: made, actor, line, title, commits }) => [
          `${number}${number === production.release ? ' (live)' : ''}`,
          timeFor(out, made),
          actor,
          line,
          out.isTerminal ? inShort(commits) : commits.join(' '),
          title ?? '',
        ]),
      ),
    );
    return undefined;
  },
};

/** How many commits a terminal's line has room for, and how much of each. */
const MOST_COMMITS = 3;
const SHORT = 8;

function inShort(commits: readonly string[]): string {
  const shown = commits.slice(0, MOST_COMMITS).map((commit) => commit.slice(0, SHORT));
  const more = commits.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(' ');
}
