// import-map-deployer's surface.
import { Module } from '@nestjs/common';
import { FetchGuard } from '../../platform/outgoing/fetch-guard.js';
import { ServingModule } from '../serving/serving.module.js';
import { StagesModule } from '../stages/stages.module.js';
import { MapStoreModule } from '../store/map-store.module.js';
import { DeployerController, ProjectDeployerController } from './deployer.controller.js';
import { UrlCheck } from './url-check.js';
import { WriteEnvironment } from './write-environment.js';

@Module({
  imports: [MapStoreModule, StagesModule, ServingModule],
  controllers: [DeployerController, ProjectDeployerController],
  providers: [FetchGuard, UrlCheck, WriteEnvironment],
})
export class DeployerModule {}
