// /livez: the process answers. /readyz: send it work (promise 8).
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Db } from './database/db.js';
import { schemaState } from './database/schema-state.js';
import { DomainError } from './errors.js';
import { FreeSpace } from './free-space.js';
import { ERROR_RESPONSES } from './http/error-schema.js';
import { Lifecycle } from './lifecycle.js';
import { Needs } from './http/required-scope.js';
import type { CodeOf } from './refusals/refusals.js';

const OK = {
  type: 'object',
  description: 'Fine.',
  properties: { status: { type: 'string', const: 'ok', description: 'Always `ok`.' } },
  required: ['status'],
};

@ApiTags('Operations')
@Controller()
export class HealthController {
  constructor(
    private readonly db: Db,
    private readonly lifecycle: Lifecycle,
    private readonly space: FreeSpace,
  ) {}

  @Get('livez')
  @Needs('anonymous')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'livez',
    summary: 'Check whether the process is alive',
    description: 'Never queries the database.',
  })
  @ApiResponse({ status: 200, description: 'It is alive.', content: { 'application/json': { schema: OK } } })
  livez(): object {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Needs('anonymous')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'readyz',
    summary: 'Check whether the server is ready',
    description:
      'It is not ready while it shuts down, without its database, on a standby, with a pending migration, or with a disk that is nearly full or not writable.',
  })
  @ApiResponse({ status: 200, description: 'It is ready.', content: { 'application/json': { schema: OK } } })
  @ApiResponse({ status: 503, ...ERROR_RESPONSES[503] })
  async readyz(): Promise<object> {
    if (this.lifecycle.isLeaving) throw notReady('not_ready.shutting_down', 'The server is shutting down.');
    const { standby, pending, newer } = await schemaState(this.db);
    if (standby) throw notReady('not_ready.standby', 'The database is a standby.');
    if (pending > 0 || newer > 0)
      throw notReady('not_ready.migration', 'The database does not have the schema of this version.');
    await this.space.look();
    const refusal = this.space.refusal(0);
    if (refusal)
      throw refusal.code === 'disk.unwritable'
        ? notReady('not_ready.disk_unwritable', 'The data folder is not writable: reads work, changes are refused.')
        : notReady('not_ready.disk_full', 'The disk is nearly full: reads work, changes are refused.');
    return { status: 'ok' };
  }
}

const notReady = (code: CodeOf<'unavailable'>, message: string): DomainError =>
  new DomainError('unavailable', code, message, { retryAfter: 2 });
