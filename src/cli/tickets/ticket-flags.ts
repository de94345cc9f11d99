// What a command line without a verb asks for: its flags, as the first grammar has them, read and checked against each other.
import fs from 'node:fs';
import path from 'node:path';
import { usage } from '../words/cli-error.js';
import { type Options, textOf } from '../words/options.js';
import { isTicketName } from './ticket-name.js';

export type Action = 'update' | 'list' | 'promote' | 'revert' | 'close' | 'look';

export interface Asked {
  readonly action: Action;
  /** As it was written. */
  readonly ticket: string | undefined;
  /** Stage specifiers, in the order of the stages that everybody has. */
  readonly stages: readonly string[];
  /** Of --update; none: the folder. */
  readonly files: readonly string[];
}

const ACTIONS = ['update', 'list', 'promote', 'revert', 'close'] as const;

/** Flags that mean something with some of the actions only. */
const BELONGS: Readonly<Record<string, readonly Action[]>> = {
  folder: ['update'],
  once: ['update'],
  delete: ['update'],
  moveKeys: ['update'],
  title: ['update'],
  wait: ['promote'],
  timeout: ['promote'],
  fetch: ['promote'],
  toRevision: ['revert'],
  cascade: ['revert'],
  force: ['revert'],
  dryRun: ['promote', 'revert'],
  reason: ['revert', 'close'],
};

/** `isFile` tells a file from a ticket behind --update. Rejects with usage. */
export function readAsked(argument: string | undefined, options: Options, isFile: (name: string) => boolean): Asked {
  const stages = stagesIn(options);
  const said = actionIn(options);
  // `stamp --qa`: what is there.
  const action = said === 'look' && stages.length > 0 && !argument && !textOf(options, 'ticket') ? 'list' : said;
  refuseStrangers(action, options);
  if (stages.length > 1 && action !== 'list')
    throw usage(`Name one stage, not ${stages.map((name) => `'${name}'`).join(' and ')}.`);
  if (stages.length > 0 && ['update', 'close'].includes(action))
    throw usage(`--${action} takes no stage: leave --${stages[0]} out.`);
  const named = argument ?? textOf(options, 'ticket');
  const behind = Array.isArray(options.update) ? (options.update as readonly string[]) : [];
  // `stamp --update TKT-001`: commander takes the ticket for a file.
  const ticket = named ?? behind.find((word) => isTicketName(word, 'TKT') && !isFile(word));
  return { action, ticket, stages, files: behind.filter((word) => word !== ticket || named !== undefined) };
}

/** In the folder where the command runs. */
export const isFileIn =
  (folder: string) =>
  (name: string): boolean =>
    fs.existsSync(path.resolve(folder, name));

function actionIn(options: Options): Action {
  const said = ACTIONS.filter((name) => options[name] !== undefined && options[name] !== false);
  if (said.length > 1)
    throw usage(`${said.map((name) => `--${name}`).join(' and ')} contradict each other: use one of them.`);
  return said[0] ?? 'look';
}

function refuseStrangers(action: Action, options: Options): void {
  const stranger = Object.entries(BELONGS).find(
    ([name, actions]) => options[name] !== undefined && options[name] !== false && !actions.includes(action),
  );
  if (!stranger) return;
  const flag = `--${stranger[0].replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw usage(`${flag} needs ${stranger[1].map((name) => `--${name}`).join(' or ')}.`);
}

function stagesIn(options: Options): string[] {
  const own = textOf(options, 'stage');
  const known = ['dev', 'qa', 'prod'].filter((name) => options[name] === true);
  return [...new Set([...known, ...(own === undefined ? [] : [own])])];
}
