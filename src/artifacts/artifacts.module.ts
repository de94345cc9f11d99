// Artifacts of tickets and subtickets.
import { Module } from '@nestjs/common';
import { controllerOf } from '../rest/http/resource-controller.js';
import { subticketArtifact, ticketArtifact } from './artifact.resources.js';
import { testResult } from './test-result.resource.js';

@Module({ controllers: [ticketArtifact, subticketArtifact, testResult].map((one) => controllerOf(one)) })
export class ArtifactsModule {}
