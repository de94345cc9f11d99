// Quotas of projects and of owners of tokens.
import { Module } from '@nestjs/common';
import { FileQuota } from './file-quota.js';
import { Quotas } from './quotas.js';

@Module({ providers: [FileQuota, Quotas], exports: [FileQuota, Quotas] })
export class QuotasModule {}
