// What the server answers about stages, by the names that the verbs use.
import type { operations } from '../../client/schema.js';

type Answer<Name extends keyof operations> = operations[Name] extends {
  responses: { 200: { content: { 'application/json': infer Body } } };
}
  ? Body
  : never;

/** What a promotion, a revert or a rebase came to. */
export type StageChange = Answer<'promote_ticket'>;
export type Change = StageChange['changes'][number];
export type Why = Answer<'why_ticket'>;
export type Verdict = Why['verdicts'][number];
export type NextAction = Verdict['next_actions'][number];
export type Stage = Answer<'list_stage'>['objects'][number];
export type TicketDiff = Answer<'diff_ticket'>;
export type ProductionChange = Answer<'rollback_stage'>;
