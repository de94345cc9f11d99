// The types of outside events that have words of their own: which fields their data has, how loud they are, and their line.
// Any other type is kept and shown as it is. docs/STREAM.md and the OpenAPI document list these from here.
import { because } from '../../log/lines/line.js';
import type { Severity } from '../../log/lines/severity.js';

/** Data after its check: each field is there when it is required, and is what it should be. */
type Value = string | number | undefined;
export type Data = Readonly<Record<string, Value>>;

export interface Field {
  readonly about: string;
  readonly kind: 'text' | 'count';
  readonly required?: boolean;
  /** The values that it may have. */
  readonly of?: readonly string[];
}

export interface KnownType {
  readonly about: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly severity: (data: Data) => Severity;
  readonly line: (data: Data) => string;
  readonly example: Data;
}

const text = (about: string, more: Partial<Field> = {}): Field => ({ about, kind: 'text', ...more });
const must = (about: string, more: Partial<Field> = {}): Field => text(about, { ...more, required: true });
const count = (about: string): Field => ({ about, kind: 'count' });

const info = (): Severity => 'info';
/** `12 of 120`, `12`, or nothing. */
const outOf = (some: Value, all?: Value): string =>
  some === undefined ? '' : all === undefined ? String(some) : `${String(some)} of ${String(all)}`;
const short = (revision: Value): string =>
  /^[0-9a-f]{12,}$/i.test(String(revision)) ? String(revision).slice(0, 7) : String(revision);
const times = (number: Value): string => (Number(number ?? 1) > 1 ? ` (×${Number(number)})` : '');

const SERVICE = must('What runs.');
const ENVIRONMENT = must('Where to: a stage, or what the environment is called.');

export const KNOWN_TYPES: Readonly<Record<string, KnownType>> = {
  'commit.pushed': {
    about: 'Commits were pushed to a repository.',
    fields: {
      repository: must('Which one.'),
      revision: must('The newest commit.'),
      branch: text('The branch.'),
      author: text('Who pushed.'),
      commits: count('How many commits.'),
    },
    severity: info,
    line: ({ repository, revision, branch, author, commits }) => {
      const what = Number(commits ?? 1) === 1 ? short(revision) : `${commits} commits up to ${short(revision)}`;
      return `${author ?? 'An unknown author'} pushed ${what} to ${branch ? `${branch} of ` : ''}${repository}`;
    },
    example: { repository: 'shop', branch: 'main', revision: '4f1a2b3', author: 'alice', commits: 2 },
  },
  'testrun.finished': {
    about: 'A test suite ran.',
    fields: {
      suite: must('Which one.'),
      verdict: must('How it ended.', { of: ['passed', 'failed', 'error', 'skipped'] }),
      total: count('How many tests.'),
      failed: count('How many of them failed.'),
      revision: text('What it ran on.'),
    },
    severity: ({ verdict }) => (verdict === 'failed' || verdict === 'error' ? 'error' : 'info'),
    line: ({ suite, verdict, total, failed, revision }) => {
      const on = revision ? ` on ${short(revision)}` : '';
      const result = verdict === 'error' ? 'could not run' : verdict === 'skipped' ? 'was skipped' : verdict;
      const tests = verdict === 'passed' ? outOf(total) : verdict === 'failed' ? outOf(failed, total) : '';
      return `${suite} ${result}${on}${because(tests && `${tests} tests`)}`;
    },
    example: { suite: 'dep8', verdict: 'failed', total: 120, failed: 3, revision: '4f1a2b3' },
  },
  'deployment.started': {
    about: 'A deployment started.',
    fields: { service: SERVICE, version: text('Which one.'), environment: ENVIRONMENT },
    severity: info,
    line: ({ service, version, environment }) => `${named(service, version)} is being deployed to ${environment}`,
    example: { service: 'shop', version: '1.2.3', environment: 'qa' },
  },
  'deployment.finished': {
    about: 'A deployment finished.',
    fields: {
      service: SERVICE,
      version: text('Which one.'),
      environment: ENVIRONMENT,
      outcome: must('How it ended.', { of: ['succeeded', 'failed', 'rolled_back'] }),
    },
    severity: ({ outcome }) => (outcome === 'failed' ? 'error' : outcome === 'rolled_back' ? 'warn' : 'info'),
    line: ({ service, version, environment, outcome }) => {
      const what = named(service, version);
      if (outcome === 'failed') return `${what} was not deployed to ${environment}: it failed`;
      return outcome === 'rolled_back'
        ? `${what} was rolled back from ${environment}`
        : `${what} is deployed to ${environment}`;
    },
    example: { service: 'shop', version: '1.2.3', environment: 'qa', outcome: 'succeeded' },
  },
  'error.raised': {
    about: 'A running service raised an error.',
    fields: {
      service: SERVICE,
      message: must('One line, without a stack.'),
      environment: text('Where.'),
      count: count('How often.'),
    },
    severity: () => 'error',
    line: ({ service, message, environment, count: often }) =>
      `${service}${environment ? ` in ${environment}` : ''}: ${message}${times(often)}`,
    example: { service: 'shop', environment: 'qa', message: 'TypeError: menu is undefined', count: 12 },
  },
  'alert.fired': {
    about: 'A monitor raised an alert.',
    fields: { name: must('Which alert.'), summary: text('What is wrong.'), service: text('Where.') },
    severity: () => 'warn',
    line: ({ name, summary, service }) =>
      `Alert ${name}${service ? ` on ${service}` : ''}${because(summary as string)}`,
    example: { name: 'HighLatency', service: 'shop', summary: 'p99 is above 1 s' },
  },
  'alert.resolved': {
    about: 'An alert of a monitor ended.',
    fields: { name: must('Which alert.'), service: text('Where.') },
    severity: info,
    line: ({ name, service }) => `Alert ${name}${service ? ` on ${service}` : ''} is over`,
    example: { name: 'HighLatency', service: 'shop' },
  },
  'defect.reported': {
    about: 'A defect was reported.',
    fields: {
      title: must('What is wrong.'),
      defect: text('What the tracker calls it.'),
      reporter: text('Who found it.'),
    },
    severity: () => 'warn',
    line: ({ title, defect, reporter }) =>
      `Defect ${defect ? `${defect} ` : ''}reported${reporter ? ` by ${reporter}` : ''}: ${title}`,
    example: { defect: 'BUG-7', title: 'The menu is empty', reporter: 'bob' },
  },
  'defect.resolved': {
    about: 'A defect was resolved.',
    fields: { defect: must('What the tracker calls it.'), title: text('What was wrong.') },
    severity: info,
    line: ({ defect, title }) => `Defect ${defect} resolved${because(title as string)}`,
    example: { defect: 'BUG-7', title: 'The menu is empty' },
  },
};

const named = (service: Value, version: Value): string =>
  version === undefined ? String(service) : `${String(service)} ${String(version)}`;
