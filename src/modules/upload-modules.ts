// An upload: planned outside any transaction, then kept in one, blobs first, with the revision and its event.
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../config.js';
import type { Tx } from '../platform/database/db.js';
import { inSlices } from '../platform/in-slices.js';
import { CONFIG } from '../platform/injection-tokens.js';
import { asObject } from '../rest/writing/body.js';
import {
  ChangeDelta,
  type DeltaOptions,
  type DeltaReport,
  type Provenance,
} from '../import-maps/stages/change-delta.js';
import { BlobLedger } from '../files/blob-ledger.js';
import { type BlobStore, MODULE_BLOBS, type SafeBlob, type StagedBlob, TREE_BLOBS } from '../files/blob-store.js';
import { type Form, readForm } from '../files/form.js';
import { ScriptReader } from './script-reader.js';
import { PackageTrees } from '../files/package-trees.js';
import { planModule } from './plan-module.js';
import { planPackage } from './plan-package.js';
import { planSources } from './plan-sources.js';
import { planUrls } from './plan-urls.js';
import { provenanceOf, readFields } from './upload-fields.js';
import { changesOf, type UploadPlan, type UploadTarget } from './upload-plan.js';

export interface PlannedUpload {
  readonly plan: UploadPlan;
  /** Those of the plan. */
  readonly files: readonly SafeBlob[];
  readonly trees: readonly SafeBlob[];
  readonly provenance: Provenance;
  /** What makes a repeat the same request: its texts and its files' hashes. */
  readonly digest: string | undefined;
}

export interface KeptUpload {
  readonly report: DeltaReport;
  /** False where the ticket had all of it already. */
  readonly changed: boolean;
}

/** All the files of a watched folder that come at once may have so many times the imports of one. */
const FOLDERS_SHARE = 10;

@Injectable()
export class UploadModules {
  constructor(
    private readonly ledger: BlobLedger,
    private readonly trees: PackageTrees,
    private readonly changeDelta: ChangeDelta,
    private readonly scripts: ScriptReader,
    @Inject(MODULE_BLOBS) private readonly files: BlobStore,
    @Inject(TREE_BLOBS) private readonly lists: BlobStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async planJson(body: unknown, target: UploadTarget, lenient: boolean): Promise<PlannedUpload> {
    const plan = await inSlices(planUrls(body, target, { lenient, most: this.config.uploads.files }));
    return { plan, files: [], trees: [], provenance: provenanceOf(asObject(body)), digest: undefined };
  }

  /** Reads a form, hands its plan to `use`, and leaves nothing staged behind, whatever happens. */
  async withForm<Result>(
    request: IncomingMessage,
    target: UploadTarget,
    use: (upload: PlannedUpload) => Promise<Result>,
    repeatOf: (digest: string) => Promise<Result | undefined>,
  ): Promise<Result> {
    const form = await readForm(request, this.files, this.config.uploads);
    const staged: StagedBlob[] = form.files.map(({ blob }) => blob);
    let trees: readonly StagedBlob[] = [];
    try {
      const repeat = await repeatOf(digestOf(form));
      if (repeat) return repeat;
      const fields = readFields(form.texts, target);
      const plan = await this.plan(form, fields, target);
      staged.push(...plan.files);
      ({ trees } = plan);
      const [safeFiles, safeTrees] = await Promise.all([this.files.secure(plan.files), this.lists.secure(trees)]);
      const { provenance } = fields;
      return await use({ plan, files: safeFiles, trees: safeTrees, provenance, digest: digestOf(form) });
    } finally {
      await this.files.discard(staged).catch(() => undefined);
      await this.lists.discard(trees).catch(() => undefined);
    }
  }

  /** What makes a form the same as another; it is read, and nothing of it is kept. */
  async digestOf(request: IncomingMessage): Promise<string> {
    const form = await readForm(request, this.files, this.config.uploads);
    await this.files.discard(form.files.map(({ blob }) => blob)).catch(() => undefined);
    return digestOf(form);
  }

  private plan(form: Form, fields: ReturnType<typeof readFields>, target: UploadTarget): Promise<UploadPlan> {
    const { scripts, trees, files } = this;
    if (fields.mode === 'module') return planModule(form, fields, scripts);
    const mostImports = this.config.uploads.imports;
    if (fields.mode === 'package') return planPackage(form, fields, scripts, { trees, files, mostImports });
    const most = { store: files, mostImports: mostImports * FOLDERS_SHARE };
    return planSources(form, fields, target.project, scripts, most);
  }

  /** Keeps the blobs, then changes the ticket's delta: a module can be promoted as soon as this is committed. */
  async keep(
    tx: Tx,
    ticket: number,
    { plan, files, trees, provenance }: PlannedUpload,
    options: Pick<DeltaOptions, 'actor' | 'principal' | 'ifMatch' | 'base'>,
  ): Promise<KeptUpload> {
    if (files.length > 0) {
      await this.changeDelta.expect(tx, ticket, options);
      const keepings = [
        { store: this.files, staged: files, scripts: plan.scripts },
        { store: this.lists, staged: trees },
      ];
      await this.ledger.keep(tx, keepings, { ticket, owner: options.principal.name });
    }
    const blobs = files.length > 0 ? [...new Set([...files, ...trees].map(({ hash }) => hash))] : undefined;
    const { watched = false, said, replaces } = plan;
    const how = { ...options, provenance, blobs, watched, said, replaces };
    const report = await this.changeDelta.run(tx, ticket, changesOf(plan), how);
    return { report, changed: await isOfThisTransaction(tx, report) };
  }
}

async function isOfThisTransaction(tx: Tx, { ticket, revision }: DeltaReport): Promise<boolean> {
  const rows = await tx.run({
    name: 'revision_is_new',
    text: 'SELECT 1 FROM map_revision WHERE ticket_id = $1 AND number = $2 AND xmin = pg_current_xact_id()::xid',
    values: [ticket, revision],
  });
  return rows.length > 0;
}

function digestOf({ texts, files }: Form): string {
  const parts = files.map(({ path, blob }) => [path, blob.hash]).sort();
  return JSON.stringify({ texts, files: parts });
}
