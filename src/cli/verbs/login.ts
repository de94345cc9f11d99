// stamp login, stamp logout and stamp whoami: whose token a server gets from this machine's user.
import { text as readAll } from 'node:stream/consumers';
import { Refusal, type Server } from '../../client/server.js';
import { forgetToken, keepToken } from '../session/kept-tokens.js';
import { askSecretly, isSomebodyThere } from '../session/ask.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Options } from '../words/options.js';
import { sayFacts } from '../output/facts.js';
import type { Session } from '../session/session.js';
import { hasTokenVariable, isEncrypted, urlOf } from '../session/settings.js';
import { surroundings } from '../session/surroundings.js';
import type { Verb } from '../session/verb.js';
import { WHO_FIELDS } from '../words/json-shapes.js';

export const login: Verb = {
  name: 'login',
  takes: '[url]',
  summary: 'Store a token for a server',
  description:
    'Asks for the token, checks it with the server, and stores it in ~/.config/stampline/tokens.json, which only you can read. It is sent only to that server. STAMP_TOKEN overrides it. Without a URL it is the server of the settings.',
  options: [['--with-token', 'read the token from standard input']],
  json: { ...WHO_FIELDS, file: true },
  examples: [{ run: 'stamp login --with-token < token.txt', says: 'without it, the terminal asks' }],
  run: async (session, [word], options) => {
    const { out, settings } = session;
    const url = word === undefined ? settings.url : serverNamed(word);
    if (!isEncrypted(url)) out.warn(`${url} is not encrypted: the token can be read in transit.`);
    const token = await readToken(session, url, options);
    const { name, scopes, projects } = await whoIs(session.serverAt(url, token), 'Nothing was stored.');
    keepToken(settings.tokenFile, url, token);
    out.result({ url, name, scopes, projects, file: settings.tokenFile }, () =>
      sayFacts(out, `Logged in to ${url} as ${name}.`, [
        ['scopes', scopesIn(scopes)],
        ['projects', projects?.join(', ') ?? 'all'],
        ['stored in', settings.tokenFile],
      ]),
    );
    if (hasTokenVariable()) out.warn('STAMP_TOKEN is set, and overrides it.');
    if (url !== settings.url) out.note(`Other verbs use ${settings.url}: set STAMP_URL or --url to ${url}.`);
    return undefined;
  },
};

export const logout: Verb = {
  name: 'logout',
  takes: '[url]',
  summary: 'Delete the stored token for a server',
  description: 'The token itself is still valid: stamp token revoke revokes it.',
  json: { url: true, forgotten: true },
  examples: [{ run: 'stamp logout', says: 'of the server of the settings' }],
  run: async ({ out, settings }, [word]) => {
    const url = word === undefined ? settings.url : serverNamed(word);
    const forgotten = forgetToken(settings.tokenFile, url);
    out.result({ url, forgotten }, () =>
      out.say(forgotten ? `The token for ${url} was deleted here.` : `No token was stored for ${url}.`),
    );
    if (hasTokenVariable()) out.warn('STAMP_TOKEN is set, and is still sent.');
    return undefined;
  },
};

export const whoami: Verb = {
  name: 'whoami',
  summary: 'Show who you are to the server, and your scopes',
  json: WHO_FIELDS,
  examples: [
    { run: 'stamp whoami', says: 'the owner of your token, and its scopes' },
    { run: 'stamp whoami --json=name', says: 'for a script' },
  ],
  run: async ({ server, out, settings }) => {
    const { name, scopes, projects } = await whoIs(server);
    out.result({ name, scopes, projects, url: server.url }, () =>
      sayFacts(out, name, [
        ['scopes', scopesIn(scopes)],
        ['projects', projects?.join(', ') ?? 'all'],
        ['server', server.url],
        ['token', settings.token === undefined ? 'none' : settings.origins.token],
      ]),
    );
    return undefined;
  },
};

interface Who {
  readonly name: string;
  readonly scopes: 'all' | readonly string[];
  /** Null: all of them. */
  readonly projects: readonly string[] | null;
}

const scopesIn = (scopes: Who['scopes']): string => (scopes === 'all' ? 'all' : scopes.join(', '));

/** A token where a URL belongs is never repeated. */
function serverNamed(word: string): string {
  if (word.includes('stl_'))
    throw usage("Don't give a token on the command line, where other users can see it: stamp login asks for it.");
  if (!/^https?:\/\//.test(word)) throw usage(`'${word}' is not the URL of a server, such as https://${word}`);
  return urlOf(word);
}

/** Rejects with usage where there is nobody to be asked; with unauthorised for what is no token. */
async function readToken({ out, signal }: Session, url: string, options: Options): Promise<string> {
  if (!isSomebodyThere(out) && options.withToken !== true)
    throw usage('There is no terminal to ask for the token: stamp login --with-token reads it from standard input.');
  const { stdin } = surroundings();
  const token = stdin.isTTY
    ? await askSecretly(out, `Token for ${url} (not shown): `, signal)
    : (await readAll(stdin)).trim();
  if (token === '') throw usage('No token was given. Nothing was stored.');
  if (/^stl_[\w-]{49}$/.test(token)) return token;
  throw new CliError(
    'This is not a token of Stampline: a token is stl_ and 49 letters, digits, - and _. Nothing was stored.',
    EXIT.unauthorised,
  );
}

/** Rejects with CliError for a token that doesn't count, and for a server that is none. */
async function whoIs(server: Server, more = ''): Promise<Who> {
  try {
    const who: Partial<Who> | undefined = await server.of(server.api.GET('/api/v1/whoami/'));
    if (who?.name !== undefined && who.scopes !== undefined)
      return { name: who.name, scopes: who.scopes, projects: who.projects ?? null };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'token.invalid' && more)
      throw new CliError(
        `${server.url} does not accept this token: it was revoked, has expired, or is from another server. ${more}`,
        EXIT.unauthorised,
      );
    if (!(error instanceof SyntaxError) && !(error instanceof Refusal && error.status === 404)) throw error;
  }
  throw new CliError(`${server.url} answers, but is not Stampline, or an old version of it. ${more}`.trim());
}
