// stamp open: the page that shows a ticket, in a browser.
import { spawn } from 'node:child_process';
import { textOf } from '../words/options.js';
import type { Session } from '../session/session.js';
import { inheritedEnvironment } from '../session/settings.js';
import { readPreviewLink, storyLink } from '../stages/links.js';
import { stageNamed, stagesOf } from '../stages/stage-line.js';
import { readTicket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';

export const open: Verb = {
  name: 'open',
  takes: '[ticket]',
  summary: 'Open the page that shows a ticket',
  description:
    "The application with the ticket in it, if the setting page, or the project's, names its page; else the events of the ticket, live. " +
    'Without a terminal the link is only printed.',
  options: [
    ['--stage <name>', 'at this stage (default: where it is)'],
    ['--print', 'only print the link'],
  ],
  completes: 'ticket',
  json: { key: true, stage: true, link: true },
  examples: [{ run: 'stamp open TKT-1 --print', says: 'the link' }],
  run: async (session, [name], options) => {
    const { out, settings } = session;
    const ticket = await readTicket(session, await ticketNamed(session, name, options));
    const wanted = textOf(options, 'stage') ?? ticket.stage;
    const line = wanted === null ? [] : await stagesOf(session, ticket);
    const stage = wanted === null ? undefined : stageNamed(line, wanted);
    const shown = stage !== undefined && (settings.page ?? stage.page ?? undefined) !== undefined;
    const link = shown ? await readPreviewLink(session, ticket, stage) : storyLink(settings, ticket.key);
    out.result({ key: ticket.key, stage: wanted, link }, () => out.say(link));
    if (!shown && wanted !== null)
      out.note(
        '{"page": "http://localhost:8080/"} in .stamprc.json, or page in the settings of the project, names the page of the application.',
      );
    if (options.print !== true && out.isTerminal && !out.isJson) await openBrowser(session, link);
    return undefined;
  },
};

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Not having one is no failure: the link is there to click on. */
async function openBrowser({ out }: Session, link: string): Promise<void> {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, link], { env: inheritedEnvironment(), stdio: 'ignore', detached: true });
  await new Promise<void>((resolve) => {
    child.once('spawn', () => resolve());
    child.once('error', () => {
      out.note(`${command} is not installed: open the link yourself.`);
      resolve();
    });
  });
  child.unref();
}
