// stamp bisect: which release of production broke it.
import { shell } from '../../platform/shell-quote.js';
import { isSomebodyThere } from '../session/ask.js';
import { judgeByAsking, judgeByRunning, type Tried } from '../bisect/judge.js';
import { learn, nextToTry, type Search, suspects, triesLeft } from '../bisect/search.js';
import { usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { type Options, textOf } from '../words/options.js';
import { timeFor } from '../words/local-time.js';
import { sayFacts } from '../output/facts.js';
import type { Output } from '../output/output.js';
import type { Session } from '../session/session.js';
import { releaseMap, releasePage } from '../stages/links.js';
import type { Stage } from '../stages/shapes.js';
import { productionOf, readStages } from '../stages/stage-line.js';
import { readTicket } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { BISECT_FIELDS } from '../words/json-shapes.js';

export const bisect: Verb = {
  name: 'bisect',
  summary: 'Find the release that broke something, by bisection',
  description:
    'Tries releases of production between a good and a bad one, as git bisect does with commits. With --run a command judges each release by its exit code: 0 good, 1 to 124 bad, 125 skip. Its environment has STAMP_RELEASE, STAMP_MAP_URL (the import map of that release) and, with the setting page, STAMP_PAGE_URL: the application at that release. Without --run you are asked at the terminal. Ends with 8 if skipped releases leave more than one candidate.',
  options: [
    ['--good <release>', 'one that was good (default: 0, the empty map)'],
    ['--bad <release>', 'one that is bad (default: the live one)'],
    ['--run <command>', 'the command that tells good from bad, as a line for the shell'],
  ],
  json: BISECT_FIELDS,
  examples: [
    {
      run: `stamp bisect --good 1 --run 'node smoke-test.mjs'`,
      says: 'the test fetches STAMP_MAP_URL; see "For scripts"',
    },
    { run: `stamp bisect --good 1 --bad 3 --run 'node smoke-test.mjs' --json=release,ticket`, says: 'for a script' },
  ],
  run: async (session, _args, options) => {
    const production = productionOf(await readStages(session, session.settings.project));
    const found = await halve(session, startOf(production, options), production, textOf(options, 'run'));
    const [release, ...others] = await Promise.all(
      suspects(found).map((number) => readRelease(session, production, number)),
    );
    if (!release) throw new Error('There is always a bad one.');
    if (others.length > 0) return sayUndecided(session, [release, ...others]);
    const live = await readRelease(session, production, production.release ?? 0);
    const ticket = release.ticket === null ? null : (await readTicket(session, idIn(release.ticket))).key;
    sayFound(session, { ...release, ticket }, undoing({ ...release, ticket }, live));
    return undefined;
  },
};

function startOf({ release }: Stage, options: Options): Search {
  const live = release ?? 0;
  const [good, bad] = [numberOf(options, 'good', 0), numberOf(options, 'bad', live)];
  if (good >= bad) throw usage(`--good ${good} must be before --bad ${bad}: the releases between them are tried.`);
  if (bad > live) throw usage(`There is no release ${bad} yet: production is at ${live}.`);
  return { good, bad, skipped: new Set() };
}

function numberOf(options: Options, name: string, byDefault: number): number {
  const text = textOf(options, name);
  if (text === undefined) return byDefault;
  if (!/^\d{1,9}$/.test(text))
    throw usage(`--${name} must be the number of a release, not '${text}': stamp releases lists them.`);
  return Number(text);
}

async function halve(session: Session, start: Search, production: Stage, run: string | undefined): Promise<Search> {
  const { out } = session;
  if (run === undefined && !isSomebodyThere(out))
    throw usage(`There is no terminal to ask at: give a command that tells good from bad with --run 'npm test'.`);
  let search = start;
  for (let next = nextToTry(search); next !== undefined; next = nextToTry(search)) {
    const { line } = await readRelease(session, production, next);
    const tried = triedOf(session, production, next);
    const left = triesLeft(search);
    out.note(
      `${out.paint('bold', `Release ${next}`, out.stderr)}: ${line} (${left} ${left === 1 ? 'try' : 'tries'} left)`,
    );
    if (run === undefined) out.note(`  ${tried.page ?? tried.map}`);
    const judgement =
      run === undefined ? await judgeByAsking(session, tried) : await judgeByRunning(session, run, tried);
    if (run !== undefined) out.note(`Release ${next} is ${judgement === 'skip' ? 'skipped' : judgement}.`);
    search = learn(search, next, judgement);
  }
  return search;
}

const triedOf = ({ settings }: Session, { project }: Stage, number: number): Tried => ({
  number,
  map: releaseMap(settings, project, number),
  page: releasePage(settings, number),
});

const readRelease = ({ server }: Session, { project }: Stage, number: number) =>
  server.of(
    server.api.GET('/api/v1/release/{number}/', { params: { path: { number: String(number) }, query: { project } } }),
  );

const idIn = (uri: string): string => uri.split('/').at(-2) ?? uri;

type Release = Awaited<ReturnType<typeof readRelease>>;

/** The command that takes it back; undefined where it is out already. */
function undoing({ number, kind, ticket, parent }: Release, live: Release): string | undefined {
  if (kind !== 'promote') return shell`stamp rollback ${parent ?? 0} --dry-run`;
  const isIn = live.layers.some((layer) => layer.added_in === number);
  return ticket !== null && isIn ? shell`stamp ${ticket} --revert` : undefined;
}

function sayFound({ out }: Session, release: Release, undo: string | undefined): void {
  const { number, ticket, line, actor, created_at, layers } = release;
  const own = layers.filter((layer) => layer.added_in === number);
  const commits = own.flatMap(({ git_commits }) => git_commits);
  out.result({ release: number, ticket, line, actor, created_at, commits, undo: undo ?? null }, () =>
    sayFacts(out, `Release ${number} is the first bad one.`, [
      ['what', line],
      ['ticket', ticket ?? undefined],
      ['by', actor],
      ['made', made(out, created_at)],
      ['commits', commits.join(' ')],
      ['to undo', undo ?? 'nothing: it is no longer in production'],
    ]),
  );
}

const made = (out: Output, time: string | null): string | undefined => (time === null ? undefined : timeFor(out, time));

function sayUndecided({ out }: Session, releases: readonly Release[]): typeof EXIT.pending {
  const numbers = releases.map(({ number }) => number);
  out.result({ suspects: numbers }, () => {
    out.say('The first bad release is one of these; the others were skipped:');
    for (const { number, line } of releases) out.cells([String(number), line]);
  });
  return EXIT.pending;
}
