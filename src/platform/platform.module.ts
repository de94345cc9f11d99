// What every room stands on: configuration, database, log, clock-free health and metrics.
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { DatabaseClock } from './database/database-clock.js';
import { Db } from './database/db.js';
import { Listener } from './database/listener.js';
import { FreeSpace } from './free-space.js';
import { HealthController } from './health.controller.js';
import { Lifecycle } from './lifecycle.js';
import { Metrics, MetricsController } from './metrics.controller.js';
import { CONFIG, LOGGER } from './injection-tokens.js';

export interface Platform {
  readonly config: Config;
  readonly dataSource: DataSource;
  readonly log: Logger;
}

@Global()
@Module({})
export class PlatformModule {
  /** Takes what main has started; the data source is connected and migrated already, and main ends it. */
  static of({ config, dataSource, log }: Platform): DynamicModule {
    return {
      module: PlatformModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSource.options, retryAttempts: 0 }),
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: log },
        DatabaseClock,
        Db,
        FreeSpace,
        Lifecycle,
        Listener,
        Metrics,
      ],
      exports: [CONFIG, LOGGER, DatabaseClock, Db, Lifecycle, Listener, Metrics],
    };
  }
}
