// stamp preview: the links that show a ticket before it is released, and a new key where the old one got around.
import type { operations } from '../../client/schema.js';
import { sayFacts } from '../output/facts.js';
import type { Session } from '../session/session.js';
import { previewLink } from '../stages/links.js';
import { stageNamed, stagesOf } from '../stages/stage-line.js';
import { readTicket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { PREVIEW_FIELDS } from '../words/json-shapes.js';

type Preview = operations['preview_ticket']['responses'][200]['content']['application/json'];

export const preview: Verb = {
  name: 'preview',
  takes: '[ticket]',
  summary: 'Print the link to a ticket, with its preview key',
  description:
    'On a server that asks for tokens a link shows a ticket only with its preview key. --new-key gives the ticket another one: links with the old key show production from then on.',
  options: [['--new-key', 'invalidate the links that you gave to others']],
  completes: 'ticket',
  json: PREVIEW_FIELDS,
  examples: [
    { run: 'stamp preview TKT-1', says: 'the link to give to others' },
    { run: 'stamp preview TKT-1 --new-key', says: 'a new one; the old link no longer shows the ticket' },
  ],
  run: async (session, [name], options) => {
    const { server, settings, out } = session;
    const ticket = await readTicket(session, await ticketNamed(session, name, options));
    const params = { params: { path: { id: String(ticket.id) } } };
    const path = '/api/v1/ticket/{id}/preview/' as const;
    const found: Preview = await server.of(
      options.newKey ? server.api.POST(path, params) : server.api.GET(path, params),
    );
    const line = await stagesOf(session, ticket);
    const stage = found.stage === null ? undefined : stageNamed(line, found.stage);
    const key = found.preview_key ?? undefined;
    const link = stage && previewLink(settings, stage, ticket.key, key);
    out.result({ ...found, link: link ?? null }, () => sayPreview(session, ticket.key, found, link));
    return undefined;
  },
};

function sayPreview(
  { out }: Session,
  key: string,
  { stage, preview_key: secret }: Preview,
  link: string | undefined,
): void {
  if (link === undefined) return out.say(`${key} has no modules yet, so there is nothing to preview.`);
  if (!out.isTerminal) return out.say(link);
  sayFacts(out, `${key} at ${stage ?? ''}`, [
    ['link', link],
    ['key', secret === null ? 'links to this project need none' : 'anyone with the link can see the ticket'],
  ]);
}
