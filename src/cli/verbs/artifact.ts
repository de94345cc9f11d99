// stamp artifact: what came of a ticket's work: images, results, logs; of a subticket's: the source package, too.
import { usage } from '../words/cli-error.js';
import { type Options, textOf } from '../words/options.js';
import { sayTable } from '../output/table.js';
import type { Session } from '../session/session.js';
import { subticketNamed } from '../tickets/subticket-name.js';
import { beginsWithTicket, readTicket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { readFull } from '../tickets/whole-ticket.js';
import { ARTIFACT_FIELDS } from '../words/json-shapes.js';

const add: Verb = {
  name: 'add',
  takes: '[ticket] [name] [reference]',
  summary: 'Add an artifact: a name, and the URL where it is',
  description: "Prints the artifact's id; piped, nothing else.",
  completes: 'ticket',
  options: [
    ['--type <type>', 'of a ticket: IMAGE, RESULTS or LOGS; of a subticket: SPU, RESULTS or LOGS'],
    ['--sub <subticket>', "to this subticket instead: its id or, with -t, its source package's name"],
  ],
  json: ARTIFACT_FIELDS,
  examples: [
    {
      run: 'stamp artifact add TKT-1 shop.img http://images.example/shop.img --type IMAGE',
      says: 'an image of the ticket',
    },
    {
      run: 'stamp artifact add curl.dsc http://deb.example/curl.dsc --type SPU --sub curl -t TKT-2',
      says: 'a source package of a subticket',
    },
  ],
  run: async (session, args, options) => {
    const { type, sub } = { type: textOf(options, 'type'), sub: textOf(options, 'sub') };
    const [ticket, name, reference] = beginsWithTicket(session, args, options) ? args : [undefined, ...args];
    if (name === undefined || reference === undefined)
      throw usage(
        'Give a name and a URL: stamp artifact add TKT-1 shop.img http://images.example/shop.img --type IMAGE',
      );
    if (type === undefined) throw usage('Give a type: --type IMAGE, RESULTS or LOGS; of a subticket also --type SPU.');
    if (sub === undefined) {
      const { id } = await readTicket(session, await ticketNamed(session, ticket, options));
      await addTo(session, { ticket: id }, { name, reference, type });
    } else {
      const of = ticket === undefined ? options : { ...options, ticket: await ticketNamed(session, ticket, options) };
      await addTo(session, { subticket: await subticketNamed(session, sub, of) }, { name, reference, type });
    }
    return undefined;
  },
};

const list: Verb = {
  name: 'list',
  takes: '[ticket]',
  summary: "List a ticket's artifacts, and those of its subtickets",
  description: 'Piped: type, name, URL and the subticket, with tabs between.',
  completes: 'ticket',
  options: [['--type <type>', 'only these: IMAGE, RESULTS, LOGS, SPU']],
  json: ARTIFACT_FIELDS,
  examples: [{ run: 'stamp artifact list TKT-2', says: 'all of them' }],
  run: async (session, [name], options: Options) => {
    const { out } = session;
    const ticket = await readFull(session, await ticketNamed(session, name, options));
    const type = textOf(options, 'type');
    const all = [
      ...ticket.artifacts.map((one) => ({ ...one, subticket: null })),
      ...ticket.subtickets.flatMap((sub) => sub.artifacts.map((one) => ({ ...one, subticket: sub.id }))),
    ].filter((one) => type === undefined || one.type === type);
    out.result(all, () =>
      sayTable(
        out,
        ['type', 'name', 'where', 'subticket'],
        all.map((one) => [one.type, one.name, one.reference, String(one.subticket ?? '')]),
      ),
    );
    if (all.length === 0) out.note(`${ticket.key} has no artifacts.`);
    return undefined;
  },
};

export const artifact: Verb = {
  name: 'artifact',
  summary: 'Work with artifacts: images, results, logs, source packages',
  examples: [{ run: 'stamp artifact list TKT-1', says: 'which there are' }],
  verbs: [add, list],
};

interface NewArtifact {
  readonly name: string;
  readonly reference: string;
  readonly type: string;
}

const OF_TICKETS = ['RESULTS', 'LOGS', 'IMAGE'] as const;
const OF_SUBTICKETS = ['SPU', 'RESULTS', 'LOGS'] as const;

/** Adds it and says its id. Rejects with usage; Refusal. */
export async function addTo(
  { server, out }: Session,
  whose: { readonly ticket: number } | { readonly subticket: string },
  { type, ...given }: NewArtifact,
): Promise<void> {
  const made =
    'ticket' in whose
      ? await server.of(
          server.api.POST('/api/v1/ticketartifact/', { body: { ...whose, ...given, type: typeOf(type, OF_TICKETS) } }),
        )
      : await server.of(
          server.api.POST('/api/v1/subticketartifact/', {
            body: { ...whose, ...given, type: typeOf(type, OF_SUBTICKETS) },
          }),
        );
  out.result(made, () =>
    out.say(
      out.isTerminal ? `Artifact ${out.paint('bold', String(made.id))}: ${made.type} ${made.name}` : String(made.id),
    ),
  );
}

function typeOf<Type extends string>(given: string, types: readonly Type[]): Type {
  const found = types.find((type) => type === given.toUpperCase());
  if (found) return found;
  throw usage(`'${given}' is not a type of artifact here. Known: ${types.join(', ')}.`);
}
