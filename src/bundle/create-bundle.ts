// One call that makes a ticket with all its parts, in one transaction (rest-api.md, section 1, `bundle`).
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import type { ObjectJson } from '../rest/object-json.js';
import { ObjectReader } from '../rest/reading/object-reader.js';
import { resourceNamed, type WriteContext } from '../rest/resource.js';
import { BatchWriter, type Part } from '../rest/writing/batch-writer.js';
import { parseReference } from '../rest/writing/reference.js';
import { ResourceWriter, type WriteOptions } from '../rest/writing/resource-writer.js';
import { rollUpTicket } from '../subtickets/roll-up-ticket.js';
import { asLine } from '../log/lines/line.js';
import { supersedeRepeats } from '../subtickets/one-live.js';
import type { Bundle, BundleSubticket } from './bundle-body.js';

export interface MadeTicket {
  readonly id: number;
  readonly version: number;
  readonly body: string;
}

@Injectable()
export class CreateBundle {
  constructor(
    private readonly writer: ResourceWriter,
    private readonly batches: BatchWriter,
    private readonly objects: ObjectReader,
  ) {}

  /** Answers the full ticket, as JSON. An error names the part and nothing is kept. */
  async run(tx: Tx, bundle: Bundle, options: WriteOptions): Promise<MadeTicket> {
    const id = await this.make(tx, bundle, options);
    const { body } = (await this.objects.read(resourceNamed('fullticket'), id, tx)) as ObjectJson;
    const { version } = JSON.parse(body) as { version: number };
    return { id, version, body };
  }

  private async make(tx: Tx, bundle: Bundle, options: WriteOptions): Promise<number> {
    const context = { ...options.context, isPart: true };
    const whole = { ...options, context: { ...options.context, madeWith: packagesOf(bundle) } };
    const { id } = await this.writer.create(resourceNamed('ticket'), bundle.ticket, whole, tx);
    const ofTicket = (name: string, parts: readonly Part[]): Promise<number[]> =>
      this.batches.create(tx, resourceNamed(name), parts.map(owned({ ticket: id })), context);
    await ofTicket('ticketlink', bundle.links);
    await ofTicket('ticketperson', bundle.people);
    await ofTicket('ticketcomponent', bundle.components);
    await ofTicket('ticketartifact', bundle.artifacts);
    const uploads = await this.uploads(tx, bundle.subtickets, context);
    const subtickets = await ofTicket(
      'subticket',
      bundle.subtickets.map(({ at, fields }, index) => ({ at, body: { ...fields, ...uploads[index] } })),
    );
    const artifacts = bundle.subtickets.flatMap((subticket, index) =>
      subticket.artifacts.map(owned({ subticket: subtickets[index] })),
    );
    await this.batches.create(tx, resourceNamed('subticketartifact'), artifacts, context);
    if (subtickets.length > 0) {
      // Each subticket is made without looking at its neighbours; they are looked at once, at the end.
      await supersedeRepeats(tx, id, context);
      await rollUpTicket(tx, id, context);
    }
    return id;
  }

  /** For each subticket: the upload that it tracks, or nothing where it tracks a merge proposal. */
  private async uploads(
    tx: Tx,
    subtickets: readonly BundleSubticket[],
    context: WriteContext,
  ): Promise<{ source_package_upload?: number | undefined }[]> {
    const uploading = subtickets.filter(({ uploads }) => uploads);
    const named = uploading.filter(({ sourcepackage }) => isName(sourcepackage));
    const sources = await this.batches.getOrCreate(
      tx,
      resourceNamed('sourcepackage'),
      named.map(({ at, sourcepackage }) => ({ at: `${at}.sourcepackage`, body: { name: sourcepackage } })),
      context,
    );
    const sourceOf = new Map(named.map((subticket, index) => [subticket, sources[index]]));
    const parts = uploading.map((subticket) => ({
      at: subticket.at,
      body: { sourcepackage: sourceOf.get(subticket) ?? subticket.sourcepackage, version: subticket.version },
    }));
    const ids = await this.batches.create(tx, resourceNamed('spu'), parts, context);
    const idOf = new Map(uploading.map((subticket, index) => [subticket, ids[index]]));
    return subtickets.map((subticket) => (subticket.uploads ? { source_package_upload: idOf.get(subticket) } : {}));
  }
}

/** The packages that its line names. */
const MOST_NAMED = 3;
const LONGEST_NAME = 20;

/** `openssl, curl and 2 more`; undefined where no source package is named. */
function packagesOf({ subtickets }: Bundle): string | undefined {
  const sources = subtickets.map(({ sourcepackage }) => sourcepackage);
  const named: readonly unknown[] = [...new Set(sources.filter(isName))].slice(0, MOST_NAMED);
  if (named.length === 0) return undefined;
  const more = sources.filter((source) => !named.includes(source)).length;
  const names = named.map((name) => asLine(String(name), LONGEST_NAME)).join(', ');
  return more > 0 ? `${names} and ${more} more` : names;
}

const owned =
  (owner: { ticket: number } | { subticket: number | undefined }) =>
  ({ at, body }: Part): Part => ({ at, body: { ...body, ...owner } });

/** Names of source packages have no slash; what has one, or is a number, is meant as a reference. */
const isName = (sourcepackage: unknown): sourcepackage is string =>
  typeof sourcepackage === 'string' &&
  parseReference(sourcepackage, 'sourcepackage') === undefined &&
  !sourcepackage.includes('/');
