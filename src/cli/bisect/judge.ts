// Whether a release is good: what a command ends with, or what somebody says who looks at it.
import { spawn } from 'node:child_process';
import { ask } from '../session/ask.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Session } from '../session/session.js';
import { inheritedEnvironment } from '../session/settings.js';
import type { Judgement } from './search.js';

export interface Tried {
  readonly number: number;
  /** Its import map. */
  readonly map: string;
  /** The application as it was with it; undefined where no page is known. */
  readonly page: string | undefined;
}

/** As git bisect reads them; 126 and 127 are the shell's for a command that can't be run. */
const SKIP = 125;

/**
 * Runs a line of the shell with STAMP_RELEASE, STAMP_MAP_URL and STAMP_PAGE_URL in its environment; what it prints goes to stderr. Rejects
 * with CliError `failed` where it can't be run or was ended.
 */
export async function judgeByRunning({ settings, signal }: Session, line: string, tried: Tried): Promise<Judgement> {
  const env = {
    ...inheritedEnvironment(),
    STAMP_URL: settings.url,
    STAMP_PROJECT: settings.project,
    STAMP_RELEASE: String(tried.number),
    STAMP_MAP_URL: tried.map,
    ...(tried.page === undefined ? {} : { STAMP_PAGE_URL: tried.page }),
  };
  const child = spawn(line, { shell: true, cwd: settings.cwd, env, stdio: ['ignore', 2, 2], signal });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return 'good';
  if (code === SKIP) return 'skip';
  if (code !== null && code < SKIP) return 'bad';
  const how = code === null ? 'was ended by a signal' : `ended with ${code}`;
  throw new CliError(
    `The command ${how} at release ${tried.number}: 0 is good, 1 to 124 bad, 125 skips. Nothing was decided.`,
    EXIT.failed,
  );
}

const ANSWERS: Readonly<Record<string, Judgement>> = {
  g: 'good',
  good: 'good',
  b: 'bad',
  bad: 'bad',
  s: 'skip',
  skip: 'skip',
};

/** Asks until it is one of the three. */
export async function judgeByAsking({ out, signal }: Session, tried: Tried): Promise<Judgement> {
  for (;;) {
    const said = await ask(out, `Is release ${tried.number} good, bad, or skip it? [g/b/s] `, signal);
    const judgement = ANSWERS[said.toLowerCase()];
    if (judgement) return judgement;
  }
}
