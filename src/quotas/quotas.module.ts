// Quotas of projects and of owners of tokens.
import { Module } from '@nestjs/common';
import { FileQuota } from './file-quota.js';
import { OpenQuotas } from './open-quotas.js';
import { QuotaMetrics } from './quota-metrics.js';
import { Quotas } from './quotas.js';

@Module({ providers: [FileQuota, OpenQuotas, QuotaMetrics, Quotas], exports: [FileQuota, OpenQuotas, Quotas] })
export class QuotasModule {}
