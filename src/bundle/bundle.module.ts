// bundle: one call that makes a ticket with all its parts.
import { Module } from '@nestjs/common';
import { controllersOf } from '../rest/operations/operation-controller.js';
import { createBundle } from './bundle-operations.js';
import { CreateBundle } from './create-bundle.js';

@Module({ controllers: controllersOf(createBundle), providers: [CreateBundle] })
export class BundleModule {}
