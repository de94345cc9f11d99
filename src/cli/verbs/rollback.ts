// stamp rollback: production as it was at an earlier release.
import { flags, shell } from '../../platform/shell-quote.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { type Options, textOf } from '../words/options.js';
import { sayFacts } from '../output/facts.js';
import type { Session } from '../session/session.js';
import { previewLink } from '../stages/links.js';
import { namedChanges } from '../stages/print-change.js';
import type { ProductionChange, Stage } from '../stages/shapes.js';
import { productionOf, readStages } from '../stages/stage-line.js';
import { requireAnswerable, requireConfirmed } from '../stages/ticket-verb.js';
import type { Verb } from '../session/verb.js';
import { RELEASE_CHANGE_FIELDS } from '../words/json-shapes.js';

export const rollback: Verb = {
  name: 'rollback',
  takes: '<release>',
  summary: 'Roll production back to an earlier release',
  description:
    'A new release that equals the earlier one: later releases are taken out, and their tickets move back a stage and are ' +
    'held. A terminal asks first; without one, --yes is required. stamp releases lists them.',
  options: [
    ['--reason <text>', 'the reason, for the history'],
    ['--force', 'restore modules that were reverted since, without their tickets'],
    ['--dry-run', 'print what would happen, and change nothing'],
  ],
  completes: 'release',
  json: RELEASE_CHANGE_FIELDS,
  examples: [
    { run: 'stamp rollback 0 --dry-run', says: 'what production would lose' },
    { run: 'stamp rollback 0 --reason "The shop is down" --yes', says: 'production as it was then' },
  ],
  run: async (session, [text = ''], options) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    if (number === undefined) throw usage(`A release must be a number, not '${text}': stamp releases lists them.`);
    const production = productionOf(await readStages(session, session.settings.project));
    const now = production.release ?? 0;
    if (options.dryRun)
      return sayRollback(session, await rehearse(session, production, number, options), {
        number,
        now,
        production,
        dry: true,
        options,
      });
    requireAnswerable(session, production.name, options);
    await requireConfirmed(
      session,
      `Roll ${production.name} of ${production.project} back from release ${now} to release ${number}, for all users?`,
      options,
    );
    const done = await rollBack(session, production, number, options);
    return sayRollback(session, done, { number, now, production, dry: false, options });
  },
};

/** Rejects with Refusal 412 where production moved since it was read. */
function rollBack(
  { server }: Session,
  { name, project, release }: Stage,
  to: number,
  options: Options,
): Promise<ProductionChange> {
  const reason = textOf(options, 'reason');
  const body = { release: to, ...(reason === undefined ? {} : { reason }), ...(options.force ? { force: true } : {}) };
  const params = { path: { name }, query: { project }, header: { 'If-Match': `"${release ?? 0}"` } };
  return server.of(server.api.POST('/api/v1/stage/{name}/rollback/', { params, body }));
}

/** The same as words, which the server can try and take back. */
async function rehearse(
  { server }: Session,
  { name, project }: Stage,
  to: number,
  { force }: Options,
): Promise<ProductionChange> {
  const text = `rollback ${name} ${to}${force ? ' --force' : ''}`;
  const answer = await server.of(
    server.api.POST('/api/v1/command/', { params: { query: { project } }, body: { text, dry_run: true } }),
  );
  const { result } = answer as { readonly result?: unknown };
  if (typeof result !== 'object' || result === null)
    throw new CliError('The server did not answer what would happen.', EXIT.error);
  return result as ProductionChange;
}

interface Told {
  readonly number: number;
  readonly now: number;
  readonly production: Stage;
  readonly dry: boolean;
  readonly options: Options;
}

function sayRollback(
  { out, settings }: Session,
  change: ProductionChange,
  { number, now, production, dry, options }: Told,
): undefined {
  const [{ force }, reason] = [options, textOf(options, 'reason')];
  const { suspended = [], restored = [] } = change;
  const again = shell`stamp rollback ${number} ${flags({ force: force === true, reason })}`;
  if (change.release === now) {
    out.result(dry ? { ...change, dry_run: true } : change, () =>
      out.say(`${production.name} already equals release ${number}.`),
    );
    return undefined;
  }
  const headline = dry
    ? `${production.name} would equal release ${number} again as release ${change.release}; nothing was changed`
    : `${production.name} rolled back from release ${now} to ${number}: release ${change.release}`;
  out.result(dry ? { ...change, dry_run: true } : change, () => {
    sayFacts(out, headline, [
      ['changes', namedChanges(change.changes)],
      [
        'tickets',
        suspended.length > 0 ? `${suspended.join(', ')} ${dry ? 'would go' : 'went'} back a stage` : undefined,
      ],
      ['back', restored.length > 0 ? restored.map((ticket) => ticket ?? 'a direct write').join(', ') : undefined],
      ['link', previewLink(settings, production, '')],
      ['next', dry ? again : `${shell`stamp rollback ${now} --force`} undoes this rollback`],
    ]);
  });
}
