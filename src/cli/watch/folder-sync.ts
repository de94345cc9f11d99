// One folder kept in step with one ticket: which of its files differ from what was sent, and sends these.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { type GoneFile, PARCEL, type Parcel, quietParcels, type SentFile, sizeOf } from './upload-batch.js';
import type { Delivered, Sender } from './sender.js';
import type { Plan } from './judge.js';
import { type JudgedFolder, markOf } from './judged-folder.js';
import type { SourceFolder } from './source-files.js';
import { Collected, type Outcome } from './sync-outcome.js';
import { type SyncState, UNSURE } from './sync-state.js';

/** Hears how many of the files are done. */
type OnProgress = (done: number) => void;

interface Push {
  readonly files: readonly string[];
  /** Were sent, and are to be deleted. */
  readonly gone?: readonly string[];
  /** What the server calls files that are to be deleted besides, which the folder needn't know. */
  readonly named?: readonly string[];
  /** Sends them whether they differ or not. */
  readonly force?: boolean;
  /** What git's history makes of them. */
  readonly plan?: Plan;
  readonly again?: ReadonlySet<string>;
  readonly progress?: OnProgress | undefined;
}

/** A file as it is on disk; `mark` changes with it. */
interface Found {
  readonly mark: string;
  readonly bytes: Buffer<ArrayBuffer>;
  readonly hash: string;
}

/** The path of what is no file of the folder. */
const NOT_HERE = '';

export class FolderSync {
  /** How files were when they were last looked at. */
  private readonly marks = new Map<string, string>();
  /** What the server didn't take, by the hash that it had. */
  private readonly refused = new Map<string, string>();

  constructor(
    private readonly source: SourceFolder,
    private readonly state: SyncState,
    private readonly sender: Sender,
    /** Undefined where there is no history to compare files with. */
    private readonly judged?: JudgedFolder,
  ) {}

  private isFirst = true;

  /** The ticket's, after what was sent; undefined where somebody else changed it too. */
  get revision(): number | undefined {
    return this.state.revision;
  }

  /** Looks at all of some files, of `source.list()`; what else was sent is gone, and so are the names of `named`. */
  async pushAll(listed: ReadonlySet<string>, named: readonly string[] = [], progress?: OnProgress): Promise<Outcome> {
    if (this.judged) {
      const plan = await this.judged.planAll(listed, { isFirst: this.isFirst });
      this.isFirst = false;
      return this.pushPlan(plan, { named, progress });
    }
    const left = [...this.state.files.keys()].filter((file) => !listed.has(file));
    const stays = await this.source.stays(left);
    const gone = left.filter((file) => !stays.has(file));
    const looked = await Promise.all(
      [...listed].sort().map(async (file) => ((await this.isAsSeen(file)) ? [] : [file])),
    );
    return this.push({ files: looked.flat(), gone, named, progress });
  }

  /** Looks at some files; those that were sent and aren't there any more are deleted. */
  async pushSome(files: readonly string[]): Promise<Outcome> {
    if (this.judged) return this.pushPlan(await this.judged.planSome(files), {});
    const fresh = files.filter((file) => !this.state.files.has(file));
    const wanted = new Set([
      ...files.filter((file) => this.state.files.has(file)),
      ...(await this.source.wanted(fresh)),
    ]);
    return this.push({ files: [...wanted] });
  }

  /** Sends files, and deletes names, because somebody said so. */
  async pushNamed(files: readonly string[], named: readonly string[], progress: OnProgress): Promise<Outcome> {
    if (!this.judged) return this.push({ files, named, force: true, progress });
    const plan = await this.judged.planSome(files);
    const unknown = new Set(plan.unknown);
    return this.pushPlan(plan, { named, progress, again: files.filter((file) => unknown.has(file)) });
  }

  /** `again`: of those that are compared by their bytes, the ones that are sent in any case. */
  private async pushPlan(
    plan: Plan,
    { again = [], ...more }: Pick<Push, 'named' | 'progress'> & { again?: readonly string[] },
  ): Promise<Outcome> {
    const unknown = await Promise.all(
      plan.unknown.map(async (file) => ((await this.isAsSeen(file)) && !again.includes(file) ? [] : [file])),
    );
    const outcome = await this.push({
      ...more,
      files: [...plan.send.keys(), ...unknown.flat()],
      gone: [...plan.gone.keys()],
      plan,
      again: new Set(again),
    });
    const refused = [...plan.refused.map(({ name, code, message }) => ({ name, code, message })), ...outcome.refused];
    return { ...outcome, refused, warnings: [...plan.told, ...outcome.warnings] };
  }

  private async push({ files, gone = [], named = [], force = false, progress, plan, again }: Push): Promise<Outcome> {
    const outcome = new Collected();
    const quiet = plan ? quietParcels(plan, (file) => this.named(file)) : [];
    for (const parcel of quiet) await this.send(parcel, outcome);
    const also = named.map((name) => ({ file: NOT_HERE, name }));
    const waiting: { files: SentFile[]; gone: GoneFile[] } = {
      files: [],
      gone: [...gone.map((file) => ({ ...this.named(file), said: plan?.gone.get(file) })), ...also],
    };
    let [bytes, looked] = [0, 0];
    let sending: Promise<void> = Promise.resolve();
    // The next files are read while these are on their way.
    const deliver = async (): Promise<void> => {
      const parcel: Parcel = { files: waiting.files.splice(0), gone: waiting.gone.splice(0) };
      const done = looked;
      bytes = 0;
      await sending;
      sending = sizeOf(parcel) === 0 ? sending : this.send(parcel, outcome).then(() => progress?.(done));
      sending.catch(() => undefined); // Told by whoever waits for it.
    };
    for (const unit of this.unitsOf(files)) {
      const isSure = force || unit.some((file) => plan?.send.has(file) || again?.has(file));
      const found = await this.changed(unit, isSure, plan);
      looked += unit.length;
      waiting.files.push(...found.files);
      waiting.gone.push(...found.gone);
      bytes += found.files.reduce((sum, one) => sum + one.bytes.length, 0);
      if (sizeOf(waiting) < PARCEL.files && bytes < PARCEL.bytes) continue;
      await deliver();
    }
    await deliver();
    await sending;
    progress?.(looked);
    return outcome;
  }

  private async send(parcel: Parcel, outcome: Collected): Promise<void> {
    const delivered = await this.sender.deliver(parcel);
    outcome.add(delivered, await this.keep(delivered, parcel));
  }

  /** A script and its map travel together: the server composes them. */
  private unitsOf(files: readonly string[]): string[][] {
    const units = new Map<string, Set<string>>();
    for (const file of files) {
      const script = file.replace(/\.map$/, '');
      const partners = [script, `${script}.map`].filter((one) => one === file || this.state.files.has(one));
      units.set(script, new Set([...(units.get(script) ?? []), ...partners]));
    }
    return [...units.values()].map((unit) => [...unit]);
  }

  /** All of a unit, where one of it differs from what was sent. */
  private async changed(
    unit: readonly string[],
    force: boolean,
    plan?: Plan,
  ): Promise<{ files: SentFile[]; gone: GoneFile[] }> {
    const [files, gone]: [SentFile[], GoneFile[]] = [[], []];
    let differs = force;
    for (const file of unit) {
      // A file that became a link is left alone.
      if (await this.source.isLinked(file)) continue;
      // Nobody changed it here.
      if (plan && !plan.said.has(file)) continue;
      const found = await this.read(file);
      if (!found) {
        if (!plan && this.state.files.has(file)) gone.push(this.named(file));
        continue;
      }
      this.marks.set(file, found.mark);
      files.push({ ...this.named(file), bytes: found.bytes, hash: found.hash, said: plan?.said.get(file) });
      // What the server refused isn't sent again unless somebody changes it, or says so.
      if (plan && found.hash === this.refused.get(file)) differs = false;
      if (found.hash !== this.state.files.get(file) && found.hash !== this.refused.get(file)) differs = true;
    }
    return { files: differs || gone.length > 0 ? files : [], gone };
  }

  /** True where nobody touched it since it was looked at, and the server knows it. */
  private async isAsSeen(file: string): Promise<boolean> {
    const hash = this.state.files.get(file) ?? this.refused.get(file) ?? UNSURE;
    if (hash === UNSURE || !this.marks.has(file)) return false;
    return this.marks.get(file) === (await markOf(this.source.pathOf(file)));
  }

  /** Undefined where there is no such file. */
  private async read(file: string): Promise<Found | undefined> {
    const path = this.source.pathOf(file);
    // Before the bytes: what changes in between is looked at again.
    const mark = await markOf(path);
    if (mark === undefined) return undefined;
    const bytes = await fs.readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return bytes && { mark, bytes, hash: createHash('sha256').update(bytes).digest('hex') };
  }

  private named(file: string): GoneFile {
    return { file, name: this.source.nameOf(file) };
  }

  /** True where somebody else changed the ticket, too. */
  private async keep(delivered: Delivered, { files }: Parcel): Promise<boolean> {
    const { sent, gone, unchanged, refused, revisions } = delivered;
    this.judged?.delivered(delivered);
    for (const { file, hash } of sent) {
      this.state.files.set(file, hash);
      this.refused.delete(file);
    }
    for (const { file } of [...gone, ...unchanged]) this.state.files.delete(file);
    for (const { file } of refused) this.refused.set(file, files.find((one) => one.file === file)?.hash ?? UNSURE);
    const shared = revisions.map((revision) => this.state.follow(revision)).includes(false);
    this.state.save();
    return shared;
  }
}
