// stamp snippet: what a page has in its <head>; printed, or written into a page.
import fs from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-codes.js';
import { textOf } from '../options.js';
import type { Session } from '../session.js';
import type { Verb } from '../verb.js';

const BEGIN = '<!-- stampline -->';
const END = '<!-- /stampline -->';

export const snippet: Verb = {
  name: 'snippet',
  summary: 'Print what a page has in its head, or write it into one',
  description:
    `With --write it goes between ${BEGIN} and ${END}, which stand after <head> from the first time on: a build can do ` +
    'it again each time, and the page has production as it is then for when Stampline is away.',
  options: [['--write <file>', 'the page to write it into']],
  json: { snippet: true, file: true, changed: true },
  examples: [
    { run: 'stamp snippet', says: 'the script, and the map to fall back to' },
    { run: 'stamp snippet --write index.html', says: 'into a page' },
  ],
  run: async (session, _args, options) => {
    const { out, settings } = session;
    const elements = (await readSnippet(session)).trimEnd();
    const name = textOf(options, 'write');
    if (name === undefined) {
      out.result({ snippet: elements }, () => out.lines(elements));
      return undefined;
    }
    const file = path.resolve(settings.cwd, name);
    const page = await readPage(file, name);
    const written = withSnippet(page, elements, name);
    if (written !== page) await fs.writeFile(file, written);
    out.result({ file, changed: written !== page }, () =>
      out.say(written === page ? `${name} has it already.` : `${name} has it now.`),
    );
    return undefined;
  },
};

function readSnippet({ server, settings: { project } }: Session): Promise<string> {
  const parseAs = 'text';
  if (project === 'default') return server.of(server.api.GET('/snippet.html', { parseAs }));
  return server.of(server.api.GET('/p/{project}/snippet.html', { params: { path: { project } }, parseAs }));
}

async function readPage(file: string, name: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    throw new CliError(
      `${name} can't be read (${(error as NodeJS.ErrnoException).code ?? ''}): say the page that is to have it.`,
      EXIT.error,
    );
  }
}

/** Between the markers, or after <head>. Rejects with CliError where it has no place, or would be there twice. */
function withSnippet(page: string, elements: string, name: string): string {
  const eol = page.includes('\r\n') ? '\r\n' : '\n';
  const marked = [BEGIN, ...elements.split('\n'), END];
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from >= 0 && to > from)
    return page.slice(0, from) + marked.join(eol + indentAt(page, from)) + page.slice(to + END.length);
  if (from >= 0 || to >= 0)
    throw new CliError(`${name} has only one of ${BEGIN} and ${END}: write both, or take it away.`, EXIT.error);
  if (/<script\b[^<>]*\bdata-stamp-fallback\b/.test(page))
    throw new CliError(
      `${name} has these elements already: put ${BEGIN} before and ${END} after them, or take them away.`,
      EXIT.error,
    );
  const head = /<head(\s[^<>]*)?>/i.exec(page);
  if (!head) throw new CliError(`${name} has no <head>: write ${BEGIN}${END} where it is to stand.`, EXIT.error);
  const at = head.index + head[0].length;
  const indent = `${indentAt(page, head.index)}  `;
  return page.slice(0, at) + marked.map((line) => eol + indent + line).join('') + page.slice(at);
}

/** The blanks that the line begins with. */
const indentAt = (page: string, at: number): string =>
  /^[ \t]*/.exec(page.slice(page.lastIndexOf('\n', at - 1) + 1, at))?.[0] ?? '';
