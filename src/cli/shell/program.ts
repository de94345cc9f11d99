// The command line: commander's program, made of the verbs. Options stand before or after the verb.
import { Command, Option, type OutputConfiguration } from 'commander';
import { shell, words } from '../../platform/shell-quote.js';
import { settleJson } from '../words/arguments.js';
import { usage } from '../words/cli-error.js';
import { complete } from './completion/complete.js';
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import { COMMON, GRAMMAR } from './grammar.js';
import { commonBeside, helpOf, helpOfAll, longOf } from './help.js';
import { requireFields } from '../words/json-fields.js';
import { misunderstood, noVerb, pathOf } from '../session/usage-error.js';
import type { Options } from '../words/options.js';
import { Output } from '../output/output.js';
import { openSession } from '../session/session.js';
import { surroundings } from '../session/surroundings.js';
import type { Verb } from '../session/verb.js';
import { VERBS } from '../verbs/all.js';
import { help } from '../verbs/help.js';

declare const STAMP_VERSION: string;

/** Characters of a line where nobody says how many: some terminals say 0. */
const UNKNOWN_WIDTH = 80;

/** Runs a verb; `options` are those of the verb and of what it stands below. */
type Perform = (verb: Verb, args: readonly string[], options: Options) => Promise<void>;

const isVerb = (word: string): boolean => VERBS.some(({ name }) => name === word);

/** Runs what the line asks for; a verb that was ended on purpose says so by its code. Rejects with CliError; CommanderError where help was printed; what the verb rejects with. */
export async function runProgram(args: readonly string[], signal: AbortSignal): Promise<ExitCode> {
  if (args[0] === '__complete') {
    await complete(args.slice(1), VERBS, signal);
    return EXIT.ok;
  }
  let code: ExitCode | undefined;
  const program = makeProgram(async (verb, given, options) => {
    if (verb.json) requireFields(options, verb.json);
    code = await verb.run?.(openSession(options, signal, args), given, options);
  });
  await program.parseAsync(args.length === 0 ? ['--help'] : settleJson(args, isVerb), { from: 'user' });
  return code ?? (signal.aborted ? EXIT.interrupted : EXIT.ok);
}

function makeProgram(perform: Perform): Command {
  const program = command(GRAMMAR, undefined, async (verb, args, options) => {
    requireTicket(args);
    await perform(verb, args, options);
  });
  program.allowExcessArguments().version(STAMP_VERSION, '--version', 'print the version');
  program.configureHelp({ formatHelp: (_, { helpWidth }) => helpOfAll(helpWidth || UNKNOWN_WIDTH) });
  const below: Perform = async (verb, args, options) => {
    requireObjectReach(verb, program.opts<Options>());
    if (verb === help) explainVerb(program, args);
    else await perform(verb, args, options);
  };
  for (const verb of VERBS) command(verb, program, below);
  return program;
}

function command(verb: Verb, parent: Command | undefined, perform: Perform): Command {
  const made = new Command(verb.name)
    .enablePositionalOptions()
    .helpOption('-h, --help', 'print help')
    .helpCommand(false);
  parent?.addCommand(made);
  made
    .configureHelp({ formatHelp: (_, { helpWidth }) => helpOf(verb, pathOf(made), helpWidth || UNKNOWN_WIDTH) })
    .configureOutput(outputOf())
    .exitOverride((error) => {
      throw misunderstood(error, made);
    });
  for (const argument of argumentsOf(verb)) made.argument(argument);
  for (const [flags, description] of [...(verb.options ?? []), ...commonBeside(verb)])
    made.addOption(optionOf(flags, description));
  for (const below of verb.verbs ?? []) command(below, made, perform);
  return made.action(async () => {
    if (verb.verbs && !verb.run) throw noVerb(verb, made.args);
    await perform(verb, made.args, optionsOf(made));
  });
}

/** Help goes where all words go; what is wrong is told by who runs the program (report-error.ts). */
const outputOf = (): OutputConfiguration => {
  const { stdout } = surroundings();
  return {
    writeOut: (text) => new Output().help(text),
    getOutHelpWidth: () => (stdout.isTTY ? (stdout.columns ?? 0) : 0),
    outputError: () => undefined,
  };
};

/** `--link <url...>` may be repeated, and each takes one value: what follows it is the verb's again. */
function optionOf(flags: string, description: string): Option {
  if (!flags.includes('...')) return new Option(flags, description);
  return new Option(flags.replace('...', ''), description).argParser<string[]>((value, before = []) => [
    ...before,
    value,
  ]);
}

/** `<step> [status]` → `<step>`, `[status]`. What only has verbs below it takes any word, and says which there are. */
const argumentsOf = ({ takes, verbs, run }: Verb): readonly string[] =>
  verbs && !run ? ['[verb...]'] : (takes?.match(/<[^<>]+>|\[[^[\]]+\]/g) ?? []);

/** What was said nearest to the verb counts. */
function optionsOf(made: Command): Options {
  const all: Options[] = [];
  for (let at: Command | null = made; at; at = at.parent) all.unshift(at.opts<Options>());
  return Object.assign({}, ...all) as Options;
}

/** `stamp --promote show TKT-1` means nothing: what isn't every verb's belongs to the ticket alone. */
function requireObjectReach({ name }: Verb, before: Options): void {
  const common = new Set(COMMON.map(([flags]) => longOf(flags)));
  const other = (GRAMMAR.options ?? [])
    .map(([flags]) => longOf(flags))
    .find((long) => !common.has(long) && before[camelCase(long.slice(2))] !== undefined);
  if (other) throw usage(`${other} can't come before '${name}'. ${shell`stamp help ${name}`} lists its options.`);
}

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A word that can be no ticket was meant as a verb. */
function requireTicket([word = '', second, ...more]: readonly string[]): void {
  if (/^[a-z][a-z_-]*$/i.test(word)) throw noVerb({ name: '', verbs: VERBS }, [word]);
  if (second === undefined) return;
  if (isVerb(second)) throw usage(`The verb comes first: ${shell`stamp ${words([second, word, ...more])}`}`);
  throw usage(`Name one ticket at a time: '${second}' is one too many. 'stamp --help' lists the verbs.`);
}

/** `stamp help sub add` */
function explainVerb(program: Command, words: readonly string[]): never {
  let at = program;
  let verbs: readonly Verb[] | undefined = VERBS;
  for (const word of words) {
    const below = at.commands.find((one) => one.name() === word);
    if (!below) throw noVerb({ name: 'help', verbs }, [word]);
    verbs = verbs?.find(({ name }) => name === word)?.verbs;
    at = below;
  }
  return at.help();
}
