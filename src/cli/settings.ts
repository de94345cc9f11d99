// Where the server is and what the defaults are: flags over environment over .stamprc.json over the user's configuration.
// The only file of the command that reads the environment.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CliError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string | undefined;
  /** The project's name. */
  readonly project: string;
  /** What a bare number means: 7 is TKT-7. */
  readonly prefix: string;
  /** Whose sources `--update` keeps in step. */
  readonly folder: string;
  /** The branch that a promotion has to descend from; undefined: what the remote calls its head, else main or master. */
  readonly trunk: string | undefined;
  /** Where the application is seen; undefined: nobody said. */
  readonly page: string | undefined;
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

export type Environment = Readonly<Record<string, string | undefined>>;

export const KEYS = ['url', 'token', 'project', 'prefix', 'folder', 'trunk', 'page'] as const;
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
export const inheritedEnvironment = (): Environment => process.env;

export const RC_FILE = '.stamprc.json';

/** Rejects with usage where a file is no JSON or has a setting that there isn't. */
export function readSettings(
  flags: SettingFlags,
  env: Environment = process.env,
  cwd: string = process.cwd(),
): Settings {
  const home = env.HOME ?? os.homedir();
  const layers: [string, Partial<Record<Key, string>>][] = [
    ['a flag', given(flags)],
    ...Object.entries(VARIABLES).map(([key, name]): [string, Partial<Record<Key, string>>] => [
      name,
      env[name] ? { [key]: env[name] } : {},
    ]),
    ...fileLayer(rcFileAbove(cwd)),
    ...fileLayer(path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'stampline', 'config.json')),
    ['default', DEFAULTS],
  ];
  const origins: Record<string, string> = {};
  const of = (key: Key): string | undefined => {
    const [origin, layer] = layers.find(([, values]) => values[key] !== undefined) ?? [];
    if (origin) origins[key] = origin;
    return layer?.[key];
  };
  const values = Object.fromEntries(KEYS.map((key) => [key, of(key)])) as Record<Key, string | undefined>;
  return {
    url: urlOf(values.url ?? DEFAULTS.url),
    token: values.token,
    project: values.project ?? DEFAULTS.project,
    prefix: values.prefix ?? DEFAULTS.prefix,
    folder: values.folder ?? DEFAULTS.folder,
    trunk: values.trunk,
    page: values.page === undefined ? undefined : pageOf(values.page),
    cwd,
    home,
    colour: colourOf(env),
    cacheFolder: path.join(env.XDG_CACHE_HOME ?? path.join(home, '.cache'), 'stampline'),
    origins,
  };
}

const given = (flags: SettingFlags): Partial<Record<Key, string>> =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));

function urlOf(text: string): string {
  if (!/^https?:\/\/./.test(text) || !URL.canParse(text))
    throw new CliError(
      `'${text}' is no URL of a server: say --url http://localhost:8000, or set STAMP_URL.`,
      EXIT.usage,
    );
  return text.replace(/\/+$/, '');
}

function pageOf(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new CliError(
    `'${text}' is no URL of a page: the setting 'page' looks like http://localhost:8080/.`,
    EXIT.usage,
  );
}

/** NO_COLOR is no-color.org's: any value counts. Undefined: as the terminal says. */
function colourOf(env: Environment): boolean | undefined {
  if (env.NO_COLOR || env.TERM === 'dumb') return false;
  return env.FORCE_COLOR && env.FORCE_COLOR !== '0' ? true : undefined;
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
    throw wrong(`is no JSON: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw wrong('is no object of settings, such as {"url": "https://stamp.example", "project": "shop"}.');
  for (const [key, value] of Object.entries(content)) {
    if (!KEYS.includes(key as Key)) throw wrong(`has no setting '${key}' to give: there are ${KEYS.join(', ')}.`);
    if (typeof value !== 'string') throw wrong(`has a setting '${key}' that is no text.`);
  }
  return content;
}
