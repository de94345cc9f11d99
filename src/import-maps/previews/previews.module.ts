// Links to tickets' previews.
import { Module } from '@nestjs/common';
import { MapStoreModule } from '../store/map-store.module.js';
import { StagesModule } from '../stages/stages.module.js';
import { PreviewController } from './preview.controller.js';
import { RenewPreviewKey } from './renew-preview-key.js';

@Module({
  imports: [MapStoreModule, StagesModule],
  controllers: [PreviewController],
  providers: [RenewPreviewKey],
})
export class PreviewsModule {}
