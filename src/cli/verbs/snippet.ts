// stamp snippet: what a page has in its <head>; printed, or written into pages.
import fs from 'node:fs/promises';
import path from 'node:path';
import { shell } from '../../platform/shell-quote.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { textsOf } from '../words/options.js';
import type { Session } from '../session/session.js';
import type { Verb } from '../session/verb.js';

interface WrittenPage {
  readonly name: string;
  readonly file: string;
  readonly changed: boolean;
}

export const snippet: Verb = {
  name: 'snippet',
  takes: '[pages...]',
  summary: 'Print the snippet for the head of a page, or write it into pages',
  description:
    'With --write it goes first into <head>, after <meta>, between <!-- stampline --> and <!-- /stampline -->; where a page has ' +
    'these comments, there. A page that has the two elements already gets the map as it is in production now, and keeps their ' +
    'attributes (nonce, crossorigin, data-badge) and everything else to the byte: a build can run it each time. A page whose ' +
    'elements cannot work (async, defer, type="module", integrity) is refused, and none of the pages is written then.',
  options: [['--write <page...>', 'a page to write it into; more may follow']],
  json: { snippet: true, file: true, changed: true },
  examples: [
    { run: 'stamp snippet', says: 'the script, and the map to fall back to' },
    { run: 'stamp snippet --write index.html', says: 'into a page; more pages may follow' },
  ],
  run: async (session, args, options) => {
    const { out } = session;
    const text = await askForSnippet(session);
    const names = [...new Set([...textsOf(options, 'write'), ...args])];
    if (textsOf(options, 'write').length === 0) {
      if (args.length > 0) throw usage(`To write it into a page: ${shell`stamp snippet --write ${args[0] ?? ''}`}`);
      out.result({ snippet: text.trimEnd() }, () => out.lines(text.trimEnd()));
      return undefined;
    }
    const pages = await writePages(session, names, text);
    const shown = pages.map(({ file, changed }) => ({ file, changed }));
    out.result(shown.length === 1 ? shown[0] : shown, () => {
      for (const { name, changed } of pages) out.say(changed ? `${name} was updated.` : `${name} is up to date.`);
    });
    return undefined;
  },
};

function askForSnippet({ server, settings: { project } }: Session): Promise<string> {
  const parseAs = 'text';
  if (project === 'default') return server.of(server.api.GET('/snippet.html', { parseAs }));
  return server.of(server.api.GET('/p/{project}/snippet.html', { params: { path: { project } }, parseAs }));
}

/** All are read and made before one is written. */
async function writePages({ settings }: Session, names: readonly string[], text: string): Promise<WrittenPage[]> {
  // Its parser is a third of the command, and no other verb needs it.
  const { readSnippet, withSnippet } = await import('../pages/page-snippet.js');
  const made = readSnippet(text);
  const pages = [];
  for (const name of names) {
    const file = path.resolve(settings.cwd, name);
    const before = await readPage(file, name);
    pages.push({ name, file, before, after: withSnippet(before, made, name) });
  }
  for (const { file, before, after } of pages) if (after !== before) await fs.writeFile(file, after, 'latin1');
  return pages.map(({ name, file, before, after }) => ({ name, file, changed: after !== before }));
}

/** Its bytes, one character each. */
async function readPage(file: string, name: string): Promise<string> {
  const bytes = await fs.readFile(file).catch((error: unknown) => {
    throw new CliError(
      `${name} can't be read (${(error as NodeJS.ErrnoException).code ?? ''}): name a page that exists.`,
      EXIT.error,
    );
  });
  if (!bytes.includes(0)) return bytes.toString('latin1');
  throw new CliError(`${name} is not text, or in UTF-16: save the page as UTF-8.`, EXIT.error);
}
