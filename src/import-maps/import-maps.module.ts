// Stamped import maps: every ticket as a running application (import-maps.md).
import { Module } from '@nestjs/common';
import { DeployerModule } from './deployer/deployer.module.js';
import { PreviewsModule } from './previews/previews.module.js';
import { ServingModule } from './serving/serving.module.js';
import { StagesModule } from './stages/stages.module.js';

@Module({ imports: [StagesModule, PreviewsModule, ServingModule, DeployerModule] })
export class ImportMapsModule {}
