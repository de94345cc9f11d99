// stamp add: packages from the app's node_modules under a ticket, with all that they import; and what a page would still miss.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { shell, words } from '../../platform/shell-quote.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import { type Options, textOf } from '../words/options.js';
import { bareImports, type MissingImport, missingIn } from '../packages/check-imports.js';
import { packageOf } from '../packages/installed.js';
import { appInGit } from '../packages/locked.js';
import { needsFirst, type PlannedPackage, planPackages } from '../packages/plan-packages.js';
import type { Session } from '../session/session.js';
import { readMapLink } from '../stages/links.js';
import { firstOf, stagesOf } from '../stages/stage-line.js';
import { readTicket, ticketBefore } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { beginWork, type BegunTicket } from '../watch/open-work-ticket.js';
import type { Provenance } from '../watch/git-facts.js';

/** What came of one package. */
interface Added {
  readonly name: string;
  readonly version: string;
  readonly built: boolean;
  readonly files: number;
  /** True where no commit has it: HEAD's lock file has another version, or none. */
  readonly dirty: boolean;
  /** The specifiers that lead to it; empty where nothing was sent. */
  readonly keys: readonly string[];
  readonly left: PlannedPackage['left'];
  readonly warnings: readonly string[];
}

export const add: Verb = {
  name: 'add',
  takes: '[ticket] [packages...]',
  summary: "Put packages from the app's node_modules under a ticket",
  description:
    'With all packages that they import, one version of each, and without the network. Packages that browsers can’t load directly ' +
    '(CommonJS) are built by the esbuild of the app. A ticket that does not exist is created. With --check nothing is sent: it ' +
    'lists imports of the sources that do not resolve in the ticket’s map, and ends with 1 if there are any.',
  options: [
    ['--check', 'list the imports that a page would fail to resolve'],
    ['-f, --folder <folder>', 'with --check: the sources (default: ./src)'],
    ['--dry-run', 'print what would be sent, and send nothing'],
    ['--title <title>', 'the title of a new ticket; default: the git branch, else the key'],
  ],
  completes: 'ticket',
  json: {
    ticket: true,
    revision: true,
    dry_run: true,
    packages: {
      name: true,
      version: true,
      built: true,
      files: true,
      dirty: true,
      keys: true,
      left: true,
      warnings: true,
    },
    missing: { file: true, specifier: true, scopes: true },
  },
  examples: [
    { run: 'stamp add TKT-1 preact lit --dry-run', says: 'what would be sent' },
    { run: 'stamp add TKT-1 preact lit', says: 'preact, lit and what lit imports' },
    { run: 'stamp add TKT-1 --check', says: 'what the sources import and the map does not have' },
  ],
  run: async (session, args, options) => {
    const [ticket, packages] = await ticketBefore(session, args, options);
    if (options.check === true) return check(session, ticket, packages, options);
    if (packages.length === 0) throw usage('Name the packages, as they are imported: preact lit.');
    for (const name of packages) requirePackage(name);
    return send(session, ticket, packages, options);
  },
};

/** Names as npm has them: what is a path, or leads out of node_modules, is none. */
function requirePackage(name: string): void {
  if (/^(@[a-z0-9~_-][\w.~-]*\/)?[a-z0-9~_-][\w.~-]*$/i.test(name) && name !== 'node_modules') return;
  const whole = packageOf(name);
  const help = whole === name ? 'Use the name in npm: preact, @lit/task' : `Name the whole package: ${whole}`;
  throw usage(`'${name}' is not the name of a package. ${help}.`);
}

async function send(
  session: Session,
  key: string,
  names: readonly string[],
  options: Options,
): Promise<ExitCode | undefined> {
  const { cwd, folder } = session.settings;
  const imported = existsSync(path.resolve(cwd, folder)) ? [...(await bareImports(cwd, folder)).keys()] : [];
  const planned = await planPackages(names, cwd, imported);
  if (options.dryRun === true) {
    tell(
      session,
      { ticket: key, revision: null, isDry: true },
      planned.map((one) => addedOf(one)),
    );
    return undefined;
  }
  const begun = await beginWork(session, key, { title: textOf(options, 'title'), yes: options.yes === true });
  const added: Added[] = [];
  let { revision } = begun;
  const git = await appInGit(cwd);
  const told = new Set<string>();
  for (const one of needsFirst(planned)) {
    const isDirty = await git.isDirty(one);
    const answer = await upload(session, begun, one, { provenance: git.provenance, isDirty });
    revision = answer.revision;
    // Each upload is told all that is to be said of the ticket.
    const warnings = answer.warnings.filter((text) => !told.has(text));
    for (const text of warnings) told.add(text);
    added.push(addedOf(one, { ...answer, warnings, dirty: isDirty }));
  }
  const place = (one: Added): number => planned.findIndex(({ name }) => name === one.name);
  added.sort((one, other) => place(one) - place(other));
  tell(session, { ticket: begun.key, revision, isDry: false }, added);
  return undefined;
}

interface Uploaded {
  readonly revision: number;
  readonly keys: readonly string[];
  readonly warnings: readonly string[];
  readonly dirty: boolean;
}

async function upload(
  { server }: Session,
  { id }: BegunTicket,
  { name, files }: PlannedPackage,
  { provenance, isDirty }: { readonly provenance: Provenance; readonly isDirty: boolean },
): Promise<Omit<Uploaded, 'dirty'>> {
  const form = new FormData();
  form.append('name', name);
  for (const [field, text] of Object.entries(provenance)) form.append(field, text as string);
  if (isDirty) form.append('dirty', 'package.json');
  for (const file of files) form.append('file', new Blob([file.bytes]), file.path);
  const { revision, modules, warnings } = await server.of(
    server.api.POST('/api/v1/ticket/{id}/modules/', {
      params: { path: { id }, header: { 'Idempotency-Key': `stamp-add-${randomUUID()}` } },
      body: {},
      bodySerializer: () => form,
    }),
  );
  if (revision === undefined) throw new CliError('The server answered an upload without a revision.', EXIT.error);
  return {
    revision,
    keys: (modules ?? []).flatMap(({ specifier }) => specifier ?? []),
    warnings: (warnings ?? []).flatMap(({ message }) => message ?? []),
  };
}

const addedOf = ({ name, version, built, files, left, more }: PlannedPackage, answer?: Uploaded): Added => ({
  name,
  version,
  built,
  files: files.length,
  dirty: answer?.dirty ?? false,
  keys: answer?.keys ?? [],
  left,
  warnings: [
    ...(more > 0
      ? [
          `${more} more subpaths are left out: a package can have keys for 2000. Import them by the paths of their files.`,
        ]
      : []),
    ...(answer?.warnings ?? []),
  ],
});

function tell(
  { out }: Session,
  { ticket, revision, isDry }: { readonly ticket: string; readonly revision: number | null; readonly isDry: boolean },
  packages: readonly Added[],
): void {
  out.result({ ticket, revision, dry_run: isDry, packages, missing: [] }, () => {
    for (const { name, version, built, files, dirty, keys, left, warnings } of packages) {
      const what = [`${files} files`, ...(keys.length > 0 ? [`${keys.length} keys`] : []), ...(built ? ['built'] : [])];
      if (dirty) what.push('in no commit');
      out.say(`${name} ${version}: ${what.join(', ')}`);
      for (const { subpath, needs } of left) out.say(`  left out: ${name}${subpath.slice(1)} needs ${needs}`);
      for (const warning of warnings) out.say(`  ${warning}`);
    }
    out.say(isDry ? 'Nothing was sent.' : `${ticket} is at revision ${revision}`);
  });
}

async function check(
  session: Session,
  key: string,
  only: readonly string[],
  options: Options,
): Promise<ExitCode | undefined> {
  const { settings, out, signal } = session;
  const ticket = await readTicket(session, key);
  const imports = await bareImports(settings.cwd, textOf(options, 'folder') ?? settings.folder);
  const asked = [...imports].filter(([specifier]) => only.length === 0 || only.includes(packageOf(specifier)));
  const line = await stagesOf(session, ticket);
  const stage = line.find(({ name }) => name === ticket.stage) ?? firstOf(line);
  const missing = await missingIn(await readMapLink(session, ticket, stage), new Map(asked), signal);
  out.result({ ticket: ticket.key, revision: null, dry_run: true, packages: [], missing }, () =>
    sayMissing(session, ticket.key, missing),
  );
  return missing.length > 0 ? EXIT.error : undefined;
}

function sayMissing({ out, settings }: Session, key: string, missing: readonly MissingImport[]): void {
  if (missing.length === 0) {
    out.say(`Every import of the sources is in the map of ${key}.`);
    return;
  }
  for (const { file, specifier, scopes } of missing) {
    const but = scopes.length > 0 ? `, but for modules within ${scopes.join(' and ')}` : '';
    out.say(`${file} imports ${specifier}, which does not resolve in the map of ${key}${but}`);
  }
  const own = `@${settings.project}/`;
  const nowhere = missing.filter(({ scopes }) => scopes.length === 0);
  const names = [...new Set(nowhere.map(({ specifier }) => packageOf(specifier)))].filter(
    (one) => !`${one}/`.startsWith(own) && !one.startsWith('#'),
  );
  if (names.length > 0) out.say(shell`stamp add ${key} ${words(names)}`);
}
