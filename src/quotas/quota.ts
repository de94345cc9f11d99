// Quotas, without a database: what is allowed, what the stream is told of it, and how a refusal reads.
import type { QuotaRules } from '../config.js';
import { DomainError } from '../platform/errors.js';
import type { QuotaSetting } from './quota-setting.js';

export type Quota = keyof QuotaRules;

/** What the stream was told; '' where nothing, or where it fell since. */
export type Told = '' | 'nearly' | 'reached';

export interface QuotaProject {
  readonly id: number;
  readonly name: string;
  readonly quotas: QuotaSetting | null;
}

/** Whose quota it is. */
export interface Holder {
  /** `project/3`, `owner/ci`, `ticket/5` */
  readonly scope: string;
  /** `the project shop`, `the owner ci`, `TKT-5` */
  readonly name: string;
  readonly limit: number;
  /** Undefined where the quota is an owner's. */
  readonly project?: QuotaProject | undefined;
}

const MEGABYTE = 1024 * 1024;
/** From this part of a quota on the stream is told; not again until less than `CALM` of it was in use. */
const NEARLY = 0.8;
export const CALM = 0.7;
const RANKS: readonly Told[] = ['', 'nearly', 'reached'];

interface Words {
  readonly what: string;
  readonly setting: keyof QuotaSetting;
  readonly variable: string;
  readonly next: string;
}

export const WORDS: Readonly<Record<Quota, Words>> = {
  files: {
    ...{ what: 'bytes of files', setting: 'files_mb', variable: 'STAMPLINE_QUOTA_FILES_MB' },
    next: 'Delete tickets whose files are not needed (the hourly clean-up frees their space)',
  },
  keys: {
    ...{ what: 'keys', setting: 'keys', variable: 'STAMPLINE_QUOTA_KEYS' },
    next: 'Remove keys from the ticket, or split them among several tickets',
  },
  events: {
    ...{ what: 'events a minute', setting: 'events', variable: 'STAMPLINE_QUOTA_EVENTS' },
    next: 'Send fewer',
  },
  streams: {
    ...{
      what: 'open readers of the stream',
      setting: 'streams',
      variable: 'STAMPLINE_QUOTA_STREAMS',
    },
    next: 'Close one',
  },
  waits: {
    ...{
      what: 'open requests that wait for a ticket',
      setting: 'waits',
      variable: 'STAMPLINE_QUOTA_WAITS',
    },
    next: 'Close one',
  },
};

/** In the quota's unit: bytes, keys, events, requests. */
export function limitOf(quota: Quota, rules: QuotaRules, own: QuotaSetting | null): number {
  const value = own?.[WORDS[quota].setting];
  if (value === undefined) return rules[quota];
  return quota === 'files' ? value * MEGABYTE : value;
}

export const projectHolder = (quota: Quota, project: QuotaProject, rules: QuotaRules): Holder => ({
  scope: `project/${project.id}`,
  name: `the project ${project.name}`,
  limit: limitOf(quota, rules, project.quotas),
  project,
});

export const ownerHolder = (quota: Quota, owner: string, rules: QuotaRules): Holder => ({
  scope: `owner/${owner}`,
  name: `the owner ${owner}`,
  limit: rules[quota],
});

/**
 * What is told now that so much is in use, and what has been told then. `fell`: since it was told last, less than `CALM` was
 * in use.
 */
export function tell(before: Told, fell: boolean, now: number, limit: number): { told: Told; tells: Told } {
  const known = fell || now < CALM * limit ? '' : before;
  const level = now >= limit ? 'reached' : now >= NEARLY * limit ? 'nearly' : '';
  return RANKS.indexOf(level) > RANKS.indexOf(known) ? { told: level, tells: level } : { told: known, tells: '' };
}

const REFUSED = {
  files: ['too_large', 'quota.files'],
  keys: ['forbidden', 'quota.keys'],
  events: ['too_many', 'quota.events'],
  streams: ['too_many', 'quota.streams'],
  waits: ['too_many', 'quota.waits'],
} as const;

/** `used`: with what was asked for. `seconds`: when there is more, of a quota by the minute. */
export function exceeded(quota: Quota, holder: Holder, used: number, seconds?: number): DomainError {
  const { what, next, setting, variable } = WORDS[quota];
  const { name, limit, project } = holder;
  const raise = project
    ? `or ask an administrator for a higher quota: PATCH /api/v1/project/${project.id}/ with "quotas": {"${setting}": …} in its settings, or ${variable} for all projects.`
    : `or ask the operator for a higher ${variable}.`;
  const later = seconds === undefined ? '' : `, try again in ${seconds} s`;
  return new DomainError(
    ...REFUSED[quota],
    `This would make ${used} ${what} of ${name}, whose quota is ${limit}. ${next}${later}, ${raise}`,
    {
      data: { limit, used, setting: project ? `quotas.${setting}` : variable },
      ...(seconds === undefined ? {} : { retryAfter: seconds }),
    },
  );
}
