// One description of the database for Nest, the migrations, the tools and the `typeorm` command.
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '../migrations/index.js';
import { AccessTokenRow } from './access/access-token.row.js';
import { RateCountRow } from './access/rate-count.row.js';
import { ArtifactRow } from './artifacts/artifact.row.js';
import { ClockStepRow, DatabaseClockRow } from './platform/database/database-clock.rows.js';
import { type Connection, POOL_OPTIONS } from './platform/database/connection.js';
import { BinaryPackageRow } from './packages/binary-package.row.js';
import { PersonRow } from './projects/person.row.js';
import { MergeProposalRow } from './projects/merge-proposal.row.js';
import { ModulesUrlRow } from './projects/modules-url.row.js';
import { BranchRow, ProjectRow } from './projects/project.row.js';
import { SourcePackageUploadRow } from './packages/source-package-upload.row.js';
import { SourcePackageRow } from './packages/source-package.row.js';
import { IdempotencyKeyRow } from './rest/writing/idempotency-key.row.js';
import { EventArchiveRow } from './stream/archive/event-archive.row.js';
import { EventRow } from './log/event.row.js';
import { IngestedEventRow } from './stream/ingest/ingested-event.row.js';
import { NumberedEventRow } from './stream/numbered-event.row.js';
import { StreamHeadRow, StreamMarkRow } from './stream/stream-head.row.js';
import { SubticketRow } from './subtickets/subticket.row.js';
import { TestSuiteRow } from './projects/test-suite.row.js';
import { TestResultRow } from './artifacts/test-result.row.js';
import { TicketComponentRow, TicketLinkRow, TicketPersonRow } from './tickets/ticket-parts.rows.js';
import { TicketRow } from './tickets/ticket.row.js';
import { SpuFileRow } from './packages/spu-files/spu-file.row.js';
import { PendingCommandRow } from './chat-commands/pending-command.row.js';
import { StageLockRow, TicketHoldRow } from './promotion/holds/hold.rows.js';
import { QuotaFileRow, QuotaUseRow } from './quotas/quota.rows.js';
import { BlobRow, BlobUseRow } from './files/blob.rows.js';
import {
  GivenUpSourceRow,
  LayerRow,
  MapPointerRow,
  MapRevisionRow,
  ReleaseRow,
  TicketKeyRow,
} from './import-maps/store/map.rows.js';

const entities = [
  AccessTokenRow,
  RateCountRow,
  ArtifactRow,
  BinaryPackageRow,
  BlobRow,
  BlobUseRow,
  BranchRow,
  ClockStepRow,
  DatabaseClockRow,
  EventArchiveRow,
  EventRow,
  IdempotencyKeyRow,
  IngestedEventRow,
  LayerRow,
  MapPointerRow,
  MapRevisionRow,
  MergeProposalRow,
  ModulesUrlRow,
  NumberedEventRow,
  PendingCommandRow,
  PersonRow,
  ProjectRow,
  QuotaFileRow,
  QuotaUseRow,
  ReleaseRow,
  SourcePackageRow,
  SourcePackageUploadRow,
  SpuFileRow,
  StageLockRow,
  StreamHeadRow,
  StreamMarkRow,
  SubticketRow,
  TestResultRow,
  TestSuiteRow,
  TicketComponentRow,
  TicketHoldRow,
  TicketKeyRow,
  GivenUpSourceRow,
  TicketLinkRow,
  TicketPersonRow,
  TicketRow,
];

export function dataSourceOptions(connection: Connection): DataSourceOptions {
  const where = 'url' in connection ? { url: connection.url } : { ...connection, username: connection.user };
  return {
    type: 'postgres',
    ...where,
    entities,
    migrations,
    migrationsTransactionMode: 'each',
    applicationName: 'stampline',
    installExtensions: false,
    ...POOL_OPTIONS,
  };
}
