// stamp new: a ticket, alone or with all its parts from a manifest. Both are one bundle: all of it is kept, or nothing.
import { shell } from '../../platform/shell-quote.js';
import { harmlessJson } from '../../platform/steering.js';
import { usage } from '../words/cli-error.js';
import { keepForBranch } from '../git/branch-ticket.js';
import { type Manifest, readManifest } from '../tickets/manifest.js';
import { type Options, textOf, textsOf } from '../words/options.js';
import { projectUri } from '../session/project-uri.js';
import type { Session } from '../session/session.js';
import { ticketKey } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { FULL_TICKET_FIELDS } from '../words/json-shapes.js';
import { mailOf } from '../watch/git-facts.js';

export const create: Verb = {
  name: 'new',
  takes: '[title]',
  summary: 'Open a ticket, or a bundle of a ticket and its parts',
  description:
    'Prints the key; piped, nothing else: key=$(stamp new "Fix the menu"). The owner is git\'s user.email unless one is named. On a git branch that isn\'t the trunk, verbs without a key mean this ticket from then on. A manifest is the body of POST /api/v1/bundle/ as JSON: title, owner, subtickets, links, artifacts and so on; options override it.',
  options: [
    ['--from <manifest>', 'a bundle from a JSON file; - reads standard input'],
    ['--owner <email>', "the owner (default: git's user.email)"],
    ['--description <text>', 'what it is about, in full'],
    ['--bug <id>', 'the bug that it fixes: a number or a URL'],
    ['--key <key>', 'its key, such as JIRA-42; without it the next free key'],
    ['--link <kind=url...>', 'a link: bug, blueprint, design or other; may be repeated'],
    ['--component <kind=name...>', 'what it touches: package, ppa, branch or infrastructure; may be repeated'],
    ['--dry-run', 'print what would be sent, and send nothing'],
  ],
  json: FULL_TICKET_FIELDS,
  examples: [
    { run: 'stamp new "Fix the menu"', says: 'a ticket; prints its key' },
    {
      run: 'stamp new "CVE-2024-9143" --bug 1085378 --link bug=https://bugs.debian.org/1085378',
      says: 'with the bug that it fixes, and a link',
    },
    { run: 'stamp new --from bundle.json', says: 'a bundle: the ticket, its subtickets, links and artifacts' },
    { run: 'stamp new "Fix the menu" --key SHOP-7 --dry-run', says: 'what would be sent' },
  ],
  run: async (session, [title], options) => {
    const { out, server } = session;
    const body = await bundleOf(session, title, options);
    if (options.dryRun) {
      out.result(body, () => out.lines(harmlessJson(JSON.stringify(body, null, 2))));
      return undefined;
    }
    const made = await server.of(server.api.POST('/api/v1/bundle/', { body }));
    const branch = await keepForBranch(session.settings, made.key);
    out.result(made, () => {
      if (!out.isTerminal) return out.say(made.key);
      const parts = made.subtickets.length;
      out.say(`${out.paint('bold', made.key)}  ${made.title}`);
      out.note(
        `${parts > 0 ? `With ${parts} ${parts === 1 ? 'subticket' : 'subtickets'}. ` : ''}${shell`stamp show ${made.key}`}`,
      );
    });
    if (branch !== undefined) out.note(`Verbs without a key mean ${made.key} on the branch ${branch}.`);
    return undefined;
  },
};

async function bundleOf(session: Session, title: string | undefined, options: Options): Promise<Manifest> {
  const { settings, out } = session;
  const file = textOf(options, 'from');
  const manifest: Partial<Manifest> =
    file === undefined ? {} : await readManifest(file, settings.cwd, (line) => out.warn(line));
  const wanted = title ?? manifest.title;
  if (!wanted)
    throw usage(
      file === undefined
        ? 'Give a title: stamp new "Fix the menu"'
        : `${file} has no title: add one there, or give it here: ${shell`stamp new "…" --from ${file}`}`,
    );
  const project = manifest.project ?? (await projectUri(session));
  const bundle = {
    ...manifest,
    title: wanted,
    ...(project === undefined ? {} : { project }),
    ...saidFields(options, settings.prefix),
    ...saidLists(options, manifest),
  };
  const owner = bundle.owner ?? (await mailOf(settings.cwd));
  if (owner === undefined) out.note('The ticket has no owner: git has no user.email. Use --owner to name one.');
  return owner === undefined ? bundle : { ...bundle, owner };
}

function saidFields(options: Options, prefix: string): Partial<Manifest> {
  const key = textOf(options, 'key') ?? textOf(options, 'ticket');
  const said = {
    owner: textOf(options, 'owner'),
    description: textOf(options, 'description'),
    bug_id: textOf(options, 'bug'),
    key: key === undefined ? undefined : ticketKey(key, prefix),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** What is said comes after what the manifest has. */
function saidLists(options: Options, manifest: Partial<Manifest>): Partial<Manifest> {
  const links = textsOf(options, 'link').map((given) => pairOf('--link', given, 'bug=https://…'));
  const components = textsOf(options, 'component').map((given) => pairOf('--component', given, 'package=openssl'));
  return {
    ...(links.length === 0
      ? {}
      : { links: [...(manifest.links ?? []), ...links.map(([kind, url]) => ({ kind, url }))] }),
    ...(components.length === 0
      ? {}
      : { components: [...(manifest.components ?? []), ...components.map(([kind, name]) => ({ kind, name }))] }),
  };
}

function pairOf(flag: string, given: string, like: string): [string, string] {
  const at = given.indexOf('=');
  if (at < 1 || at === given.length - 1) throw usage(`${flag} needs a kind and a value, ${like}, not '${given}'.`);
  return [given.slice(0, at), given.slice(at + 1)];
}
