// The development stream: numbers the log, tells every process, serves it live and as a list.
import { Module } from '@nestjs/common';
import { QuotasModule } from '../quotas/quotas.module.js';
import { controllerOf } from '../rest/http/resource-controller.js';
import { ArchiveEvents } from './archive/archive-events.js';
import { ArchiveReader } from './archive/archive-reader.js';
import { EventListController } from './archive/event-list.controller.js';
import { EventFeed } from './event-feed.js';
import { event } from './event.resource.js';
import { IngestModule } from './ingest/ingest.module.js';
import { StreamLimits } from './limits.js';
import { AssetsController } from './page/assets.controller.js';
import { StreamPage } from './page/stream-page.js';
import { Relay } from './relay.js';
import { Replay } from './replay.js';
import { StreamQuery } from './stream-query.js';
import { StreamController } from './stream.controller.js';
import { Subscribers } from './subscribers.js';

@Module({
  imports: [IngestModule, QuotasModule],
  controllers: [StreamController, AssetsController, EventListController, controllerOf(event, ['list'])],
  providers: [
    ArchiveEvents,
    ArchiveReader,
    EventFeed,
    Relay,
    Replay,
    StreamLimits,
    StreamPage,
    StreamQuery,
    Subscribers,
  ],
  exports: [EventFeed],
})
export class StreamModule {}
