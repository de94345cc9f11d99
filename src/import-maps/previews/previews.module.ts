// Links to tickets' previews.
import { Module } from '@nestjs/common';
import { controllersOf } from '../../rest/operations/operation-controller.js';
import { MapStoreModule } from '../store/map-store.module.js';
import { StagesModule } from '../stages/stages.module.js';
import * as operations from './preview-operations.js';
import { RenewPreviewKey } from './renew-preview-key.js';

@Module({
  imports: [MapStoreModule, StagesModule],
  controllers: controllersOf(...Object.values(operations)),
  providers: [RenewPreviewKey],
})
export class PreviewsModule {}
