// The connections that pages are answered through where memory doesn't do: three of their own, so that what pages ask for and
// isn't there never stands in the way of the API, nor a busy API in that of pages.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReadPool } from '../../platform/database/read-pool.js';
import { DomainError } from '../../platform/errors.js';

@Injectable()
export class ServingDb extends ReadPool implements OnApplicationShutdown {
  constructor(dataSource: DataSource) {
    super(dataSource, {
      name: 'stampline pages',
      connections: 3,
      waiting: 100,
      statementMs: 5000,
      connectMs: 2000,
      full: tooManyPages,
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.end();
  }
}

/** Pages that ask for what isn't in memory; those that ask for production are answered all the same. */
export const tooManyPages = (): DomainError =>
  new DomainError(
    'unavailable',
    'map.overloaded',
    'Too many requests for maps that are not in memory. Try again in a moment.',
    { retryAfter: 1 },
  );
