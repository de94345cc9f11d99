// What runs by itself.
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobLock } from './job-lock.js';
import { RunJobs } from './run-jobs.js';

@Module({ imports: [DiscoveryModule], providers: [JobLock, RunJobs] })
export class JobsModule {}
