// Events from outside.
import { Module } from '@nestjs/common';
import { EventsController } from './events.controller.js';
import { IngestEvents } from './ingest-events.js';
import { Places } from './places.js';

@Module({ controllers: [EventsController], providers: [IngestEvents, Places] })
export class IngestModule {}
