// Subtickets: their uploads' way through the workflow, and what it does to their ticket.
import { Module } from '@nestjs/common';
import { controllerOf } from '../rest/http/resource-controller.js';
import { SubticketRules } from './subticket-rules.js';
import { subticket, updateSubticketStatus } from './subticket.resources.js';

@Module({
  controllers: [controllerOf(subticket), controllerOf(updateSubticketStatus)],
  providers: [SubticketRules],
})
export class SubticketsModule {}
