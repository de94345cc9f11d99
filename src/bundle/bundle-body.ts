// The body of a bundle, taken apart: what each part is, and where it stands for errors (`subtickets[1].version`).
import { DomainError } from '../platform/errors.js';
import type { Part } from '../rest/writing/batch-writer.js';
import { asObject, type JsonObject } from '../rest/writing/body.js';
import type { CodeOf } from '../platform/refusals/refusals.js';

export interface BundleSubticket {
  readonly at: string;
  /** The subticket's own fields. */
  readonly fields: JsonObject;
  /** True where it tracks an upload, false where it tracks a merge proposal. */
  readonly uploads: boolean;
  /** A source package's name, or a reference to one. */
  readonly sourcepackage: unknown;
  readonly version: unknown;
  readonly artifacts: readonly Part[];
}

export interface Bundle {
  readonly ticket: JsonObject;
  readonly links: readonly Part[];
  readonly people: readonly Part[];
  readonly components: readonly Part[];
  readonly artifacts: readonly Part[];
  readonly subtickets: readonly BundleSubticket[];
}

const MOST_PARTS = 1000;

export function readBundle(given: unknown): Bundle {
  const { links, people, components, artifacts, subtickets, ...ticket } = asObject(given) as Record<string, unknown>;
  return {
    ticket,
    links: parts('links', links),
    people: parts('people', people),
    components: parts('components', components),
    artifacts: parts('artifacts', artifacts),
    subtickets: parts('subtickets', subtickets).map(readSubticket),
  };
}

function parts(name: string, given: unknown): Part[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw badPart('bundle.not_a_list', name, 'must be a list.');
  if (given.length > MOST_PARTS) throw badPart('bundle.too_many', name, `has more than ${MOST_PARTS} entries.`);
  return given.map((body: unknown, index) => {
    const at = `${name}[${index}]`;
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw badPart('bundle.not_an_object', at, 'must be an object.');
    return { at, body: body as JsonObject };
  });
}

function readSubticket({ at, body }: Part): BundleSubticket {
  const { sourcepackage = null, version = null, merge_proposal = null, artifacts, ...others } = body;
  const uploads = sourcepackage !== null || version !== null;
  if (uploads === (merge_proposal !== null)) {
    throw badPart('bundle.upload_or_proposal', at, 'needs either sourcepackage and version, or merge_proposal.');
  }
  return {
    at,
    fields: { ...others, merge_proposal, source_package_upload: null },
    uploads,
    sourcepackage: sourcepackage ?? undefined,
    version: version ?? undefined,
    artifacts: parts(`${at}.artifacts`, artifacts),
  };
}

const badPart = (code: CodeOf<'invalid'>, at: string, fault: string): DomainError =>
  new DomainError('invalid', code, `${at} ${fault}`, { part: at });
