// Verdicts of a promotion's policies, as people and programs read them.
import { remark } from '../../platform/shell-quote.js';
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import type { Colour, Output } from '../output/output.js';
import { type About, commandFor } from './next-actions.js';
import type { Verdict } from './shapes.js';

interface Look {
  readonly symbol: string;
  readonly colour: Colour;
}

const PASSES: Look = { symbol: '✓', colour: 'green' };
const WAITS: Look = { symbol: '…', colour: 'yellow' };
const STOPS: Look = { symbol: '✗', colour: 'red' };

const LOOKS: Readonly<Record<Verdict['verdict'], Look>> = {
  pass: PASSES,
  pass_overridden: PASSES,
  waiting: WAITS,
  waiting_for_ticket: WAITS,
  needs_approval: STOPS,
  blocked: STOPS,
  failed: STOPS,
  error: { symbol: '!', colour: 'red' },
};

export const passes = ({ verdict }: Verdict): boolean => LOOKS[verdict] === PASSES;

/** True where something stands in the way, and all of that clears by itself. */
export const onlyWaits = (verdicts: readonly Verdict[]): boolean =>
  verdicts.some((one) => !passes(one)) && verdicts.every((one) => passes(one) || LOOKS[one.verdict] === WAITS);

/** 3 where somebody has to act, 8 where time is enough. */
export const exitOfVerdicts = (verdicts: readonly Verdict[]): ExitCode =>
  onlyWaits(verdicts) ? EXIT.pending : EXIT.refused;

/**
 * A line each, worst first; on a terminal what helps stands below it. Piped: verdict, policy, code, summary, and the first
 * command that helps, with tabs between.
 */
export function sayVerdicts(out: Output, verdicts: readonly Verdict[], about: About): void {
  const width = Math.max(0, ...verdicts.map(({ policy }) => policy.length));
  for (const verdict of verdicts) {
    const { policy, code, summary, next_actions: actions } = verdict;
    const commands = passes(verdict) ? [] : commandsOf(actions, about);
    if (!out.isTerminal) {
      out.cells([verdict.verdict, policy, code, summary, commands[0]?.[0] ?? '']);
      continue;
    }
    const { symbol, colour } = LOOKS[verdict.verdict];
    out.say(`${out.paint(colour, symbol)} ${policy.padEnd(width)}  ${summary}`);
    sayCommands(out, commands, width + 4);
  }
}

/** Each with what the server says of it; but for curl, to which each word that follows is one more address. */
const commandsOf = (actions: Verdict['next_actions'], about: About): readonly (readonly [string, string])[] =>
  actions
    .map((action) => [commandFor(action, about), action.label] as const)
    .filter(([command]) => command !== '')
    .map(([command, label]) => [command, command.startsWith('curl ') ? '' : remark(String(label))] as const);

function sayCommands(
  out: Output,
  commands: readonly (readonly [command: string, says: string])[],
  indent: number,
): void {
  const short = commands.filter(([command]) => command.length <= 50).map(([command]) => command.length);
  const width = Math.max(0, ...short);
  for (const [command, says] of commands)
    out.say(`${' '.repeat(indent)}${out.paint('cyan', command.padEnd(width))}${says && `  ${out.paint('dim', says)}`}`);
}
