// Events from outside.
import { Module } from '@nestjs/common';
import { QuotasModule } from '../../quotas/quotas.module.js';
import { EventsController } from './events.controller.js';
import { IngestEvents } from './ingest-events.js';
import { Places } from './places.js';

@Module({ imports: [QuotasModule], controllers: [EventsController], providers: [IngestEvents, Places] })
export class IngestModule {}
