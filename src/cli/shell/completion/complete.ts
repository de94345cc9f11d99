// stamp __complete: what the shells' scripts ask while somebody types. One candidate a line; what it is, if
// anything is to be said, stands behind a tab.
import type { Server } from '../../../client/server.js';
import { Output } from '../../output/output.js';
import { openSession, type Session } from '../../session/session.js';
import type { Verb } from '../../session/verb.js';
import { flagsOf, type Expected, expectedAt, type Kind, valueSaid } from './grammar-at.js';

/** Milliseconds: nobody waits longer for a Tab. */
const PATIENCE_MS = 1000;
/** A longer list helps nobody. */
const MOST = 100;

type Candidate = readonly [value: string, says: string];

/**
 * `args` are the shell's name, `--`, and the words after `stamp` up to the cursor. Never rejects and never says why: what it
 * printed would stand in the middle of the line that is being written.
 */
export async function complete(args: readonly string[], verbs: readonly Verb[], signal: AbortSignal): Promise<void> {
  const [shell = 'bash', , ...typed] = args;
  const { words, assigned } = split(typed);
  const word = words.at(-1) ?? '';
  const expected = expectedAt(words, verbs);
  const found = await candidates(expected, words, verbs, signal).catch(() => []);
  if (found === 'files' || found === 'folders') return say(`:${found}`);
  // Bash takes what follows the = for a word of its own, the others don't.
  const before = assigned && shell !== 'bash' ? `${assigned}=` : '';
  for (const [value, says] of found)
    if (value.toLowerCase().startsWith(word.toLowerCase()))
      say(`${before}${value}${says && `\t${says.replace(/\s+/g, ' ')}`}`);
}

/** A line to a candidate, of which nothing steers the terminal that shows it. */
const say = (line: string): void => new Output().say(line);

/** Bash puts a candidate into the line as it is: one of a server is a word that no shell does anything with, and no option. */
const isPlain = ([value]: Candidate): boolean => /^[A-Za-z0-9][\w.-]*$/.test(value);

/** `--project=sh`, and bash's `--project`, `=`, `sh`, as the two words `--project` and `sh`. */
function split(typed: readonly string[]): { words: string[]; assigned: string | undefined } {
  const words: string[] = [];
  let assigned: string | undefined;
  for (const [index, word] of typed.entries()) {
    const [, option, value] = /^(--[\w-]+)=(.*)$/.exec(word) ?? [];
    const last = index === typed.length - 1;
    if (option !== undefined) words.push(option, value ?? '');
    else if (word === '=' && words.length > 0) {
      if (last) words.push('');
    } else words.push(word);
    if (last) assigned = option;
  }
  return { words, assigned };
}

async function candidates(
  expected: Expected,
  words: readonly string[],
  verbs: readonly Verb[],
  signal: AbortSignal,
): Promise<readonly Candidate[] | 'files' | 'folders'> {
  const word = words.at(-1) ?? '';
  switch (expected.kind) {
    case 'option':
      return optionsOf(expected.lines, word);
    case 'words':
      return expected.words.map((one) => [one, '']);
    case 'verb or ticket':
      // Tickets among the verbs only where one was begun: there are many.
      return expected.verbs === verbs && /^[A-Z]/.test(word)
        ? (await lookUp('ticket', words, signal)).filter(isPlain)
        : expected.verbs.map(({ name, summary }) => [name, summary]);
    case 'value':
      if (expected.of === 'file') return 'files';
      if (expected.of === 'folder') return 'folders';
      if (expected.of === 'verb') return verbs.map(({ name, summary }) => [name, summary]);
      return expected.of ? (await lookUp(expected.of, words, signal)).filter(isPlain) : [];
  }
}

/** The long flags; the short ones where only a dash stands. */
function optionsOf(lines: readonly (readonly [string, string])[], word: string): readonly Candidate[] {
  return lines.flatMap(([flags, says]) =>
    flagsOf(flags)
      .filter((flag) => flag.startsWith('--') || word === '-')
      .map((flag): Candidate => [flag, says]),
  );
}

async function lookUp(kind: Kind, words: readonly string[], signal: AbortSignal): Promise<readonly Candidate[]> {
  const session = openSession(
    { url: valueSaid(words, '--url'), project: valueSaid(words, '--project') },
    AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  );
  const server = session.serverWith({ patienceMs: 0 });
  switch (kind) {
    case 'ticket':
      return tickets(server, session);
    case 'stage': {
      const { objects } = await server.of(server.api.GET('/api/v1/stage/', { params: { query: ofProject(session) } }));
      return objects.map(({ name, step }) => [name, `step ${step}`]);
    }
    case 'project': {
      const { objects } = await server.of(server.api.GET('/api/v1/project/', { params: { query: { limit: MOST } } }));
      return objects.map(({ name, display_name: says = '' }) => [name, says]);
    }
    case 'release':
      return releases(server, session);
    case 'verb':
    case 'file':
    case 'folder':
      return [];
  }
}

const ofProject = ({ settings }: Session): { project: string } => ({ project: settings.project });

async function tickets(server: Server, { settings }: Session): Promise<readonly Candidate[]> {
  const query = { project__name: settings.project, limit: MOST, order_by: '-id' };
  const { objects } = await server.of(server.api.GET('/api/v1/opentickets/', { params: { query } }));
  return objects.map(({ key, title }) => [key, title]);
}

async function releases(server: Server, { settings }: Session): Promise<readonly Candidate[]> {
  const query = { project__name: settings.project, limit: MOST, order_by: '-number' };
  const { objects } = await server.of(server.api.GET('/api/v1/release/', { params: { query } }));
  return objects.map(({ number, line }) => [String(number), line]);
}
