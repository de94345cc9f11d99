// The list of features.
import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { ArtifactsModule } from './artifacts/artifacts.module.js';
import { BundleModule } from './bundle/bundle.module.js';
import { CommandsModule } from './chat-commands/commands.module.js';
import { ImportMapsModule } from './import-maps/import-maps.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { type Platform, PlatformModule } from './platform/platform.module.js';
import { UploadsModule } from './modules/uploads.module.js';
import { PackagesModule } from './packages/packages.module.js';
import { PagesModule } from './pages/pages.module.js';
import { PromotionModule } from './promotion/promotion.module.js';
import { ProjectsModule } from './projects/projects.module.js';
import { RestModule } from './rest/rest.module.js';
import { StreamModule } from './stream/stream.module.js';
import { SubticketsModule } from './subtickets/subtickets.module.js';
import { TicketsModule } from './tickets/tickets.module.js';

@Module({})
export class AppModule {
  static of(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.of(platform),
        JobsModule,
        RestModule,
        StreamModule,
        AccessModule,
        TicketsModule,
        SubticketsModule,
        ArtifactsModule,
        BundleModule,
        PromotionModule,
        UploadsModule,
        ImportMapsModule,
        CommandsModule,
        ProjectsModule,
        PackagesModule,
        PagesModule,
      ],
    };
  }
}
