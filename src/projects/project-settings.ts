// A project's settings: one JSON document, whose shape these classes say and check. Unknown keys are refused.
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Max,
  Min,
  ValidateBy,
  validateSync,
  type ValidationArguments,
} from 'class-validator';
import { type DeployerEnvironments, environmentFaults } from './deployer-environments.js';
import { entryFaults } from './entries.js';
import { modulesUrlFault } from '../platform/modules-url.js';
import { type PolicyRule, policyRuleFaults } from './policy-rules.js';
import { previewOriginFaults, type PreviewOrigins } from './preview-origins.js';
import { quotaFaults, type QuotaSetting } from '../quotas/quota-setting.js';
import { stageFaults, type StageSetting } from './stages/stage-setting.js';
import { quoted } from '../platform/redact.js';

const MOST_URLS = 100;
const LONGEST_URL = 2048;
const URL_START = /^https?:\/\/[!-~]+$/;

/** Where links to previews lead: a page of the application. Links put a query into it, so it has none and no fragment. */
function pageFaults(given: unknown): string[] {
  if (typeof given !== 'string' || !URL_START.test(given) || !URL.canParse(given))
    return ['page must be the URL of a page, such as https://qa.example/.'];
  if (given.length > LONGEST_URL) return [`A URL may have at most ${LONGEST_URL} characters.`];
  const { username, password, search, hash } = new URL(given);
  return username || password || search || hash
    ? ['page may not have a user, query or fragment: links add their own query.']
    : [];
}

/** The first fault alone: a list that is too long isn't looked at further. */
function urlListFaults(given: unknown): string[] {
  if (!Array.isArray(given)) return ['url_safe_list must be a list of URLs.'];
  if (given.length > MOST_URLS) return [`url_safe_list may have at most ${MOST_URLS} entries.`];
  if (given.some((url) => typeof url === 'string' && url.length > LONGEST_URL))
    return [`A URL may have at most ${LONGEST_URL} characters.`];
  const areUrls = given.every((url) => typeof url === 'string' && URL_START.test(url));
  return areUrls ? [] : ['An entry of url_safe_list must be an http or https URL.'];
}

type Faults = (value: unknown, settings: ProjectSettings) => string[];

/** A value with which nothing is wrong; what is, is said. */
const Faultless = (faults: Faults): PropertyDecorator => {
  const of = (value: unknown, given: ValidationArguments | undefined): string[] =>
    faults(value, given?.object as ProjectSettings);
  return ValidateBy({
    name: 'faultless',
    validator: {
      validate: (value, given) => of(value, given).length === 0,
      defaultMessage: (given) => of(given?.value, given).join(' '),
    },
  });
};

export class ProjectSettings {
  /** Whether steps may be jumped (`free`) or go one at a time (`strict`). */
  @IsOptional()
  @IsIn(['free', 'strict'], { message: 'workflow_mode must be free or strict.' })
  workflow_mode?: 'free' | 'strict';

  /** The stages of its modules, in order; the last one is production. */
  @IsOptional()
  @Faultless(stageFaults)
  stages?: StageSetting[];

  /** What happens when two open tickets change one module: a warning, or a refusal. */
  @IsOptional()
  @IsIn(['warn', 'block'], { message: 'overlap must be warn or block.' })
  overlap?: 'warn' | 'block';

  /** Prefixes that the URLs of modules must have; empty allows any. */
  @IsOptional()
  @Faultless(urlListFaults)
  url_safe_list?: string[];

  /** True: URLs of modules may be paths on the page that uses the map, too. */
  @IsOptional()
  @IsBoolean({ message: 'relative_addresses must be true or false.' })
  relative_addresses?: boolean;

  /** What the URLs of its modules begin with, such as a CDN's; else the server's. */
  @IsOptional()
  @Faultless((value) => [modulesUrlFault(value)].flatMap((fault) => (fault ? [`modules_url ${fault}`] : [])))
  modules_url?: string;

  /** Origins of pages on which a ticket in the URL counts: a list, or one for each stage. */
  @IsOptional()
  @Faultless(previewOriginFaults)
  preview_origins?: PreviewOrigins;

  /** The page of the application that links to previews lead to. */
  @IsOptional()
  @Faultless(pageFaults)
  page?: string;

  /** True: who knows a ticket's name may see its preview, on a server that asks for tokens too. */
  @IsOptional()
  @IsBoolean({ message: 'open_previews must be true or false.' })
  open_previews?: boolean;

  /** Names that mean production to import-map-deployer's clients. */
  @IsOptional()
  @Faultless((value, { stages }) => environmentFaults(value, stages))
  deployer_environments?: DeployerEnvironments;

  /** Specifiers that its pages begin with: what they load must resolve for a promotion (policy `imports`). */
  @IsOptional()
  @Faultless(entryFaults)
  entries?: string[];

  /** Its rules of promotion: what has to be so before a ticket comes to a stage. */
  @IsOptional()
  @Faultless((value, { stages }) => policyRuleFaults(value, stages))
  policies?: PolicyRule[];

  /** Days that the stream replays. */
  @IsOptional()
  @IsInt({ message: 'retention_days must be a whole number.' })
  @Min(7, { message: 'retention_days must be from 7 to 30.' })
  @Max(30, { message: 'retention_days must be from 7 to 30.' })
  retention_days?: number;

  /** Its own quotas, instead of the server's (config.ts). */
  @IsOptional()
  @Faultless(quotaFaults)
  quotas?: QuotaSetting;
}

/** What is wrong with a document that should be settings; empty when nothing is. */
export function settingsFaults(given: unknown): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return ['Settings must be a JSON object.'];
  const unknown = Object.keys(given).filter((key) => !NAMES.includes(key));
  if (unknown.length > 0)
    return unknown.slice(0, 10).map((key) => `Unknown setting '${quoted(key, 100)}'. Known: ${NAMES.join(', ')}.`);
  const empty = Object.entries(given).filter(([, value]) => value === null);
  if (empty.length > 0) return empty.map(([key]) => `${key} can't be null: leave it out for the default.`);
  return validateSync(Object.assign(new ProjectSettings(), given), { forbidUnknownValues: false }).flatMap((error) =>
    Object.values(error.constraints ?? {}),
  );
}

const NAMES: readonly string[] = [
  'workflow_mode',
  'stages',
  'overlap',
  'url_safe_list',
  'relative_addresses',
  'modules_url',
  'preview_origins',
  'page',
  'open_previews',
  'deployer_environments',
  'entries',
  'policies',
  'retention_days',
  'quotas',
];
