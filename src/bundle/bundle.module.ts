// bundle: one call that makes a ticket with all its parts.
import { Module } from '@nestjs/common';
import { BundleController } from './bundle.controller.js';
import { CreateBundle } from './create-bundle.js';

@Module({ controllers: [BundleController], providers: [CreateBundle] })
export class BundleModule {}
