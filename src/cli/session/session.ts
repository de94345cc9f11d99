// What every verb works with: the settings, the server, and where the words go.
import { Server, type ServerOptions } from '../../client/server.js';
import { typedWith } from '../../platform/shell-quote.js';
import { ask, isSomebodyThere } from './ask.js';
import { Output } from '../output/output.js';
import { jsonIn } from '../words/json-fields.js';
import { readSettings, type Settings } from './settings.js';
import { type Options, textOf } from '../words/options.js';

export interface Session {
  readonly settings: Settings;
  readonly server: Server;
  readonly out: Output;
  /** Ends what waits, at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Makes a client that is more patient, or less. */
  serverWith(options: Pick<ServerOptions, 'patienceMs' | 'signal' | 'waiting'>): Server;
  /** Another one, as whoever has this token. */
  serverAt(url: string, token: string): Server;
  /** The line that was typed, with `--yes` at its end, for a shell. */
  readonly lineWithYes: string;
  /** Asks a person, unless --yes was said or nobody is there to ask. */
  confirm(question: string, options: Options): Promise<boolean>;
}

export function openSession(options: Options, signal: AbortSignal, args: readonly string[] = []): Session {
  const [url, project, folder] = ['url', 'project', 'folder'].map((name) => textOf(options, name));
  const settings = readSettings({ url, project, folder });
  const out = new Output({
    json: jsonIn(options),
    verbose: options.verbose === true,
    colour: settings.colour,
  });
  const serverWith = (more: Partial<ServerOptions>): Server =>
    new Server({
      url: settings.url,
      token: settings.token,
      project: settings.project === 'default' ? undefined : settings.project,
      heard: (line) => out.detail(line),
      waiting: (line) => out.note(line),
      signal,
      ...more,
    });
  return {
    settings,
    server: serverWith({}),
    out,
    signal,
    serverWith,
    lineWithYes: typedWith('stamp', args, '--yes'),
    serverAt: (url, token) => serverWith({ url, token }),
    confirm: async (question, { yes }) => {
      if (yes || !isSomebodyThere(out)) return true;
      return /^y(es)?$/i.test(await ask(out, `${question} [y/N] `, signal));
    },
  };
}
