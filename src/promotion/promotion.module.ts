// What every promotion stands on, with modules or without: locked tickets, policies, moves, holds and locks.
import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.js';
import { controllerOf } from '../rest/http/resource-controller.js';
import { controllersOf } from '../rest/operations/operation-controller.js';
import { HoldClock } from './holds/hold-clock.js';
import { HoldTicket } from './holds/hold-ticket.js';
import { holdTicket, lockStage, unholdTicket, unlockStage } from './holds/hold-operations.js';
import { LockStage } from './holds/lock-stage.js';
import { approveTicket, rejectTicket, withdrawApproval } from './approvals/approval-operations.js';
import { approval } from './approvals/approval.resource.js';
import { GiveApproval } from './approvals/give-approval.js';
import { Landings } from './landings.js';
import { LockTicket } from './lock-ticket.js';
import { MapChanges } from './map-changes.js';
import { MoveTicket } from './move-ticket.js';
import { overridePolicy, unoverridePolicy } from './overrides/override-operations.js';
import { OverrideClock } from './overrides/override-clock.js';
import { OverridePolicy } from './overrides/override-policy.js';
import { listPolicies } from './policy-operations.js';
import { Policies } from './policies.js';
import { ReadWhy } from './why/read-why.js';
import { whyTicket } from './why/why-operations.js';

const APPROVALS = [approveTicket, rejectTicket, withdrawApproval, overridePolicy, unoverridePolicy];
const HOLDS = [holdTicket, unholdTicket, lockStage, unlockStage];
const SHARED = [
  GiveApproval,
  HoldTicket,
  Landings,
  LockStage,
  LockTicket,
  MapChanges,
  MoveTicket,
  OverridePolicy,
  Policies,
  ReadWhy,
];

@Module({
  imports: [ProjectsModule],
  controllers: [...controllersOf(...HOLDS, ...APPROVALS, listPolicies, whyTicket), controllerOf(approval)],
  providers: [HoldClock, OverrideClock, ...SHARED],
  exports: SHARED,
})
export class PromotionModule {}
