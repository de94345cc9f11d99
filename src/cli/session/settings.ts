// Where the server is and what the defaults are: flags over environment over .stamprc.json over the user's configuration.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { keptToken } from './kept-tokens.js';
import { type Surroundings, surroundings } from './surroundings.js';
import { CliError } from '../words/cli-error.js';
import { withoutEndSlashes } from '../words/end-slashes.js';
import { EXIT } from '../words/exit-codes.js';

export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string | undefined;
  /** Where `stamp login` keeps tokens. */
  readonly tokenFile: string;
  /** The project's name. */
  readonly project: string;
  /** What a bare number means: 7 is TKT-7. */
  readonly prefix: string;
  /** Whose sources `--update` keeps in step: a path from the current folder. */
  readonly folder: string;
  /** From where files are named; absolute. Undefined: from the repository's root. */
  readonly root: string | undefined;
  /** Where the .stamprc.json is that counts; absolute. */
  readonly projectFolder: string | undefined;
  /** The branch that a promotion has to descend from; undefined: what the remote calls its head, else main or master. */
  readonly trunk: string | undefined;
  /** Where the application is seen; undefined: nobody said. */
  readonly page: string | undefined;
  /** STAMP_TICKET: of verbs that are given none. */
  readonly ticket: string | undefined;
  readonly cwd: string;
  readonly home: string;
  readonly colour: boolean | undefined;
  /** Where state of the watcher is kept between two runs. */
  readonly cacheFolder: string;
  /** Which file or variable a setting came from, for `stamp doctor`. */
  readonly origins: Readonly<Record<string, string>>;
}

export interface SettingFlags {
  readonly url?: string | undefined;
  readonly project?: string | undefined;
  readonly folder?: string | undefined;
}

export type Environment = Surroundings['env'];

export const KEYS = ['url', 'token', 'project', 'prefix', 'folder', 'root', 'trunk', 'page'] as const;
/** As it is written in .stamprc.json. */
export type SettingName = (typeof KEYS)[number];
type Key = SettingName;
export const DEFAULTS = { url: 'http://localhost:8000', project: 'default', prefix: 'TKT', folder: './src' };
export const VARIABLES: Readonly<Partial<Record<Key, string>>> = {
  url: 'STAMP_URL',
  token: 'STAMP_TOKEN',
  project: 'STAMP_PROJECT',
};
/** For programs that the command starts. */
export const inheritedEnvironment = (): Environment => surroundings().env;

export const RC_FILE = '.stamprc.json';

/** Rejects with usage where a file is no JSON or has a setting that there isn't. */
export function readSettings(
  flags: SettingFlags,
  env: Environment = surroundings().env,
  cwd: string = surroundings().cwd,
): Settings {
  const { home, configFolder, cacheFolder } = foldersOf(env);
  const ownFile = path.join(configFolder, 'config.json');
  const rcFile = rcFileAbove(cwd);
  const layers: [string, Partial<Record<Key, string>>][] = [
    ['a flag', given(flags)],
    ...Object.entries(VARIABLES).map(([key, name]): [string, Partial<Record<Key, string>>] => [
      name,
      env[name] ? { [key]: env[name] } : {},
    ]),
    ...fileLayer(rcFile),
    ...fileLayer(ownFile),
    ['default', DEFAULTS],
  ];
  const origins: Record<string, string> = {};
  const of = (key: Key): string | undefined => {
    const [origin, layer] = layers.find(([, values]) => values[key] !== undefined) ?? [];
    if (origin) origins[key] = origin;
    return layer?.[key];
  };
  const values = Object.fromEntries(KEYS.map((key) => [key, of(key)])) as Record<Key, string | undefined>;
  const url = urlOf(values.url ?? DEFAULTS.url);
  const tokenFile = path.join(configFolder, 'tokens.json');
  // A repository that names a server doesn't get the token that was meant for one's own.
  if (origins.token === ownFile && path.basename(origins.url ?? '') === RC_FILE) delete origins.token;
  const login = hasTokenVariable(env) ? undefined : keptToken(tokenFile, url);
  if (login !== undefined) origins.token = tokenFile;
  return {
    url,
    token: tokenOf(login ?? values.token, origins.token),
    tokenFile,
    project: values.project ?? DEFAULTS.project,
    prefix: values.prefix ?? DEFAULTS.prefix,
    folder: folderFrom(cwd, origins.folder, values.folder ?? DEFAULTS.folder),
    root: rootFrom(origins.root, values.root),
    projectFolder: rcFile && path.dirname(rcFile),
    trunk: values.trunk,
    page: values.page === undefined ? undefined : pageOf(values.page),
    ticket: ticketIn(env),
    cwd,
    home,
    colour: colourOf(env),
    cacheFolder,
    origins,
  };
}

/** As the XDG Base Directory Specification has them, where an empty variable is none. */
function foldersOf(env: Environment): { home: string; configFolder: string; cacheFolder: string } {
  const home = env.HOME ?? os.homedir();
  const own = (variable: string | undefined, name: string): string =>
    path.join(variable || path.join(home, name), 'stampline');
  return {
    home,
    configFolder: own(env.XDG_CONFIG_HOME, '.config'),
    cacheFolder: own(env.XDG_CACHE_HOME, '.cache'),
  };
}

const given = (flags: SettingFlags): Partial<Record<Key, string>> =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));

/** True where the token that is sent is the environment's. */
export const hasTokenVariable = (env: Environment = surroundings().env): boolean => Boolean(env.STAMP_TOKEN);

/** An empty variable is none. */
const ticketIn = (env: Environment): string | undefined => env.STAMP_TICKET || undefined;

/** What can't stand in a header would be told with the error about it. */
function tokenOf(token = '', from?: string): string | undefined {
  if (from === undefined) return undefined;
  if (/^[\x21-\x7e]+$/.test(token.trim())) return token.trim();
  throw new CliError(`The token of ${from} has spaces or characters that a token can't have.`, EXIT.usage);
}

/** Without a slash at its end. Rejects with usage. */
export function urlOf(text: string): string {
  if (!/^https?:\/\/./.test(text) || !URL.canParse(text))
    throw new CliError(
      `'${text}' is not the URL of a server: use --url http://localhost:8000, or set STAMP_URL.`,
      EXIT.usage,
    );
  return withoutEndSlashes(text);
}

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/** True where nobody on the way reads what is sent. */
export function isEncrypted(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOOPBACK.test(hostname);
}

function pageOf(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new CliError(
    `'${text}' is not the URL of a page: write the setting 'page' like http://localhost:8080/.`,
    EXIT.usage,
  );
}

/** NO_COLOR is no-color.org's: any value counts. Undefined: as the terminal says. */
function colourOf(env: Environment): boolean | undefined {
  if (env.NO_COLOR || env.TERM === 'dumb') return false;
  return env.FORCE_COLOR && env.FORCE_COLOR !== '0' ? true : undefined;
}

/** What a project's file says is a path from that file, wherever the command runs. */
function folderFrom(cwd: string, origin: string | undefined, folder: string): string {
  if (path.basename(origin ?? '') !== RC_FILE || path.dirname(origin ?? '') === cwd) return folder;
  return path.relative(cwd, path.resolve(path.dirname(origin ?? ''), folder)) || '.';
}

/** It is a project's: in the user's configuration it would name the files of all projects. */
function rootFrom(origin = '', root?: string): string | undefined {
  if (root === undefined) return undefined;
  if (path.basename(origin) === RC_FILE) return path.resolve(path.dirname(origin), root);
  throw new CliError(`${origin} has a setting 'root', which belongs in the ${RC_FILE} of a project.`, EXIT.usage);
}

function rcFileAbove(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, RC_FILE);
    if (fs.existsSync(file)) return file;
    if (path.dirname(at) === at) return undefined;
  }
}

function fileLayer(file: string | undefined): [string, Partial<Record<Key, string>>][] {
  if (file === undefined || !fs.existsSync(file)) return [];
  return [[file, settingsIn(file)]];
}

function settingsIn(file: string): Partial<Record<Key, string>> {
  const wrong = (what: string): CliError => new CliError(`${file} ${what}`, EXIT.usage);
  let content: unknown;
  try {
    content = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw wrong(`is not JSON: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw wrong('is not an object of settings, such as {"url": "https://stamp.example", "project": "shop"}.');
  for (const [key, value] of Object.entries(content)) {
    if (!KEYS.includes(key as Key)) throw wrong(`has an unknown setting '${key}'. Known: ${KEYS.join(', ')}.`);
    if (typeof value !== 'string') throw wrong(`has a setting '${key}' that is not a string.`);
  }
  return content;
}
