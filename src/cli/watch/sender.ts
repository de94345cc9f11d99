// Brings parcels to the server: again and again while it is away, where somebody waits for it; and what the server refuses is
// taken out, so that one bad file doesn't keep the others.
import { pause } from '../../client/pause.js';
import { Refusal, type Server, Unreachable } from '../../client/server.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { BegunTicket } from './open-work-ticket.js';
import { type KeptFile, unusable } from './kept-files.js';
import type { Provenance } from './git-facts.js';
import { apart, formOf, type GoneFile, newKey, type Parcel, type SentFile, sizeOf } from './upload-batch.js';
import { ticketRefusal } from './ticket-refusal.js';

export interface Warning {
  readonly code: string;
  readonly message: string;
}

export interface Delivered {
  readonly sent: readonly SentFile[];
  readonly gone: readonly GoneFile[];
  readonly rebased: readonly GoneFile[];
  readonly unchanged: readonly GoneFile[];
  /** What the server doesn't take, and why. */
  readonly refused: readonly KeptFile[];
  /** Of what was sent, the names of files that production has exactly so: no changes. */
  readonly live: readonly string[];
  readonly warnings: readonly Warning[];
  /** The ticket's, after each upload. */
  readonly revisions: readonly number[];
}

type Answer = Pick<Delivered, 'live' | 'warnings'> & { readonly revision: number };

/** Hears that the server is away, or there; as often as it is found so. */
export interface Connection {
  away(): void;
  back(): void;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 2000;

export class Sender {
  constructor(
    private readonly server: Server,
    private readonly ticket: BegunTicket,
    private readonly connection: Connection,
    private readonly options: {
      /** True: as long as it takes; else as long as the client has patience. */
      readonly waits: boolean;
      /** Nothing is sent after it. */
      readonly signal: AbortSignal;
      readonly provenance: () => Promise<Provenance>;
    },
  ) {}

  /** Rejects with CliError where the ticket takes no modules any more; with Refusal; Unreachable; the signal's reason. */
  async deliver(parcel: Parcel): Promise<Delivered> {
    const kept = parcel.files.map(unusable).filter((one) => one !== undefined);
    if (kept.length === 0) return this.bring(parcel);
    const rest = { ...parcel, files: parcel.files.filter(({ file }) => !kept.some((one) => one.file === file)) };
    const refused = { ...NOTHING, refused: kept };
    return sizeOf(rest) === 0 ? refused : joined(refused, await this.bring(rest));
  }

  private async bring(parcel: Parcel): Promise<Delivered> {
    try {
      const { revision, warnings, live } = await this.upload(parcel);
      const { files: sent, gone, rebased = [], unchanged = [] } = parcel;
      return { sent, gone, rebased, unchanged, refused: [], live, warnings, revisions: [revision] };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const refusal = ticketRefusal(error, this.ticket);
      if (refusal) throw refusal;
      if (!isAboutContent(error)) throw error;
      if (sizeOf(parcel) === 1) return refusedParcel(parcel, error);
      const { part } = error.body;
      const [one, other] = apart(parcel, typeof part === 'string' ? part : undefined);
      return joined(await this.bring(one), await this.bring(other));
    }
  }

  private async upload(parcel: Parcel): Promise<Answer> {
    this.options.signal.throwIfAborted();
    const form = formOf(parcel, await this.options.provenance());
    const key = newKey();
    for (let delay = FIRST_DELAY_MS; ; delay = Math.min(LONGEST_DELAY_MS, delay * 2)) {
      try {
        const answer = await this.post(form, key);
        this.connection.back();
        return answer;
      } catch (error) {
        if (!this.options.waits || !isAway(error)) throw error;
        this.connection.away();
        await pause(delay, this.options.signal);
      }
    }
  }

  private async post(form: FormData, key: string): Promise<Answer> {
    const {
      revision,
      warnings,
      modules = [],
    } = await this.server.of(
      this.server.api.POST('/api/v1/ticket/{id}/modules/', {
        params: { path: { id: this.ticket.id }, header: { 'Idempotency-Key': key } },
        body: {},
        bodySerializer: () => form,
      }),
    );
    if (revision === undefined) throw new CliError('The server answered an upload without a revision.', EXIT.error);
    return {
      revision,
      live: modules.filter(({ live }) => live).map(({ specifier = '' }) => specifier.slice(specifier.indexOf('/') + 1)),
      warnings: (warnings ?? []).map(({ code = '', message = '' }) => ({ code, message })),
    };
  }
}

/** Another open ticket is at one of the modules, and the project lets one at a time. */
export const OVERLAP = 'modules.overlap';

const isAway = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refusal && error.isNotNow);

/** One of the files is the reason, not the ticket or who asks. */
const isAboutContent = ({ status, code }: Refusal): boolean =>
  [400, 413, 415, 422].includes(status) || code === OVERLAP;

const NOTHING: Delivered = {
  ...{ sent: [], gone: [], rebased: [], unchanged: [], refused: [] },
  ...{ live: [], warnings: [], revisions: [] },
};

const refusedParcel = (
  { files, gone, rebased = [], unchanged = [] }: Parcel,
  { code, message }: Refusal,
): Delivered => ({
  ...NOTHING,
  refused: [...files, ...gone, ...rebased, ...unchanged].map(({ file, name }) => ({ file, name, code, message })),
});

const joined = (one: Delivered, other: Delivered): Delivered => ({
  sent: [...one.sent, ...other.sent],
  gone: [...one.gone, ...other.gone],
  rebased: [...one.rebased, ...other.rebased],
  unchanged: [...one.unchanged, ...other.unchanged],
  refused: [...one.refused, ...other.refused],
  live: [...one.live, ...other.live],
  warnings: [...one.warnings, ...other.warnings],
  revisions: [...one.revisions, ...other.revisions],
});
