// Tokens, and who may do what.
import { Module } from '@nestjs/common';
import { controllersOf } from '../rest/operations/operation-controller.js';
import { AccessTokens } from './access-tokens.js';
import { FirstAdmin } from './first-admin.js';
import { TokensCache } from './tokens-cache.js';
import { EndRevokedStreams } from './end-revoked-streams.js';
import { ProjectGate } from './project-gate.js';
import { RateLimits } from './rate-limits.js';
import { TokenClock } from './token-clock.js';
import * as operations from './token-operations.js';

@Module({
  controllers: controllersOf(...Object.values(operations)),
  providers: [AccessTokens, FirstAdmin, TokensCache, EndRevokedStreams, ProjectGate, RateLimits, TokenClock],
  exports: [AccessTokens, TokensCache, RateLimits],
})
export class AccessModule {}
