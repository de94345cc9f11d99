// The dialect's services, for the rooms that declare resources.
import { Global, Module } from '@nestjs/common';
import { ApiIndexController } from './http/api-index.controller.js';
import { ListsRoom } from './http/lists-room.js';
import { PageReplies } from './http/page-replies.js';
import { ResourceHandler } from './http/resource-handler.js';
import { CountCache } from './reading/count-cache.js';
import { KeyReader } from './reading/key-reader.js';
import { ListReader } from './reading/list-reader.js';
import { ObjectReader } from './reading/object-reader.js';
import { PieceReader } from './reading/pieces.js';
import { SlowLookups } from './reading/slow-lookups.js';
import { RunOperation } from './operations/run-operation.js';
import { BatchWriter } from './writing/batch-writer.js';
import { Idempotency } from './writing/idempotency.js';
import { ListRemover } from './writing/list-remover.js';
import { ListWriter } from './writing/list-writer.js';
import { ResourceRemover } from './writing/resource-remover.js';
import { ResourceWriter } from './writing/resource-writer.js';

const services = [
  BatchWriter,
  CountCache,
  Idempotency,
  KeyReader,
  ListReader,
  ListRemover,
  ListWriter,
  ListsRoom,
  ObjectReader,
  PageReplies,
  PieceReader,
  ResourceHandler,
  ResourceRemover,
  ResourceWriter,
  RunOperation,
  SlowLookups,
];

@Global()
@Module({ controllers: [ApiIndexController], providers: services, exports: services })
export class RestModule {}
