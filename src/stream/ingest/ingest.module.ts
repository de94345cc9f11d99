// Events from outside.
import { Module } from '@nestjs/common';
import { EventsController } from './events.controller.js';
import { IngestEvents } from './ingest-events.js';

@Module({ controllers: [EventsController], providers: [IngestEvents] })
export class IngestModule {}
