// The command line: commander's program, made of the verbs.
import { Command } from 'commander';
import type { ExitCode } from './exit-codes.js';
import { COMMON, GRAMMAR } from './grammar.js';
import type { Options } from './options.js';
import { openSession } from './session.js';
import type { Verb } from './verb.js';
import { VERBS } from './verbs/all.js';

declare const STAMP_VERSION: string;

/** Whoever runs a verb hears its exit code. */
export type Ended = (code: ExitCode | undefined) => void;

export function makeProgram(signal: AbortSignal, ended: Ended): Command {
  const program = command(new Command('stamp'), GRAMMAR, signal, ended)
    .usage('[ticket] [options]\n       stamp <verb> [arguments] [options]')
    .version(STAMP_VERSION, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError()
    .exitOverride();
  for (const [flags, description] of COMMON) program.option(flags, description);
  for (const verb of VERBS) program.addCommand(command(new Command(verb.name), verb, signal, ended));
  return program;
}

function command(made: Command, verb: Verb, signal: AbortSignal, ended: Ended): Command {
  made.summary(verb.summary).description(verb.description ? `${verb.summary}. ${verb.description}` : verb.summary);
  for (const argument of verb.takes?.match(/<[^>]+>|\[[^\]]+\]/g) ?? []) made.argument(argument);
  for (const [flags, description] of verb.options ?? []) made.option(flags, description);
  for (const below of verb.verbs ?? []) made.addCommand(command(new Command(below.name), below, signal, ended));
  made.addHelpText('after', examplesOf(verb)).exitOverride();
  const { run } = verb;
  if (!run) return made;
  return made.action(async () => {
    const options = made.optsWithGlobals<Options>();
    ended(await run(openSession(options, signal), made.args, options));
  });
}

function examplesOf({ examples }: Verb): string {
  const width = Math.max(0, ...examples.map(({ run }) => run.length));
  return `\nExamples:\n${examples.map(({ run, says }) => `  ${run.padEnd(width)}  ${says}`).join('\n')}`;
}
