// Every migration, in the order in which they run.
import { FirstTables1763700000000 } from './1763700000000-first-tables.js';
import { ProjectManager1763720000000 } from './1763720000000-project-manager.js';
import { ImportMaps1763740000000 } from './1763740000000-import-maps.js';
import { Stream1763760000000 } from './1763760000000-stream.js';
import { Ingest1763770000000 } from './1763770000000-ingest.js';
import { Holds1763780000000 } from './1763780000000-holds.js';
import { Access1763800000000 } from './1763800000000-access.js';
import { TokenProjects1764100000000 } from './1764100000000-token-projects.js';
import { RateCounts1764400000000 } from './1764400000000-rate-counts.js';
import { RevisionChanges1764500000000 } from './1764500000000-revision-changes.js';
import { TokenEnds1764530000000 } from './1764530000000-token-ends.js';
import { WideIds1764540000000 } from './1764540000000-wide-ids.js';
import { KeptOwners1764541000000 } from './1764541000000-kept-owners.js';
import { IngestScopes1764542000000 } from './1764542000000-ingest-scopes.js';
import { PreviewKeys1764550000000 } from './1764550000000-preview-keys.js';
import { Quotas1764600000000 } from './1764600000000-quotas.js';
import { TicketBlobs1764610000000 } from './1764610000000-ticket-blobs.js';
import { LargeAnswers1764620000000 } from './1764620000000-large-answers.js';
import { DatabaseClock1764640000000 } from './1764640000000-database-clock.js';
import { TimesByNumber1764641000000 } from './1764641000000-times-by-number.js';
import { GitSources1764700000000 } from './1764700000000-git-sources.js';
import { BlobImports1764710000000 } from './1764710000000-blob-imports.js';
import { PromotedCommits1764730000000 } from './1764730000000-promoted-commits.js';
import { ModulesUrls1764750000000 } from './1764750000000-modules-urls.js';
import { WhatReleasesBrought1764760000000 } from './1764760000000-what-releases-brought.js';
import { OwnCommits1764771000000 } from './1764771000000-own-commits.js';
import { LookupIndexes1764860000000 } from './1764860000000-lookup-indexes.js';

export const migrations = [
  FirstTables1763700000000,
  ProjectManager1763720000000,
  ImportMaps1763740000000,
  Stream1763760000000,
  Ingest1763770000000,
  Holds1763780000000,
  Access1763800000000,
  TokenProjects1764100000000,
  RateCounts1764400000000,
  RevisionChanges1764500000000,
  TokenEnds1764530000000,
  WideIds1764540000000,
  KeptOwners1764541000000,
  IngestScopes1764542000000,
  PreviewKeys1764550000000,
  Quotas1764600000000,
  TicketBlobs1764610000000,
  LargeAnswers1764620000000,
  DatabaseClock1764640000000,
  TimesByNumber1764641000000,
  GitSources1764700000000,
  BlobImports1764710000000,
  PromotedCommits1764730000000,
  ModulesUrls1764750000000,
  WhatReleasesBrought1764760000000,
  OwnCommits1764771000000,
  LookupIndexes1764860000000,
];
