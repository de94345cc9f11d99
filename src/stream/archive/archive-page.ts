// A page of what archives hold, as it is gathered from files whose numbers may interleave: it keeps the lowest numbers that it
// was given, as many and as large as a page may be, and knows up to where it misses nothing.

/** Bytes of a page: what goes beyond them is on the next one. */
const MOST_BYTES = 4 * 1024 * 1024;

interface Found {
  readonly seq: number;
  /** Bytes live outside of V8's heap, and keep no text alive that they were a part of. */
  readonly bytes: Buffer;
}

export class ArchivePage {
  private found: Found[] = [];
  private first = Infinity;

  /** @param limit of events, at least one */
  constructor(private readonly limit: number) {}

  /** What is on the page is complete up to this number, which isn't on it; Infinity where the page has all there is. */
  get before(): number {
    return this.first;
  }

  /** Texts of events that lie before `before`, in any order. */
  add(events: readonly { readonly seq: number; readonly text: string }[]): void {
    if (events.length === 0) return;
    this.found.push(...events.map(({ seq, text }) => ({ seq, bytes: Buffer.from(text) })));
    this.found.sort((one, other) => one.seq - other.seq);
    let bytes = 0;
    const beyond = this.found.findIndex((one, index) => {
      bytes += one.bytes.length;
      return index >= this.limit || (index > 0 && bytes > MOST_BYTES);
    });
    const [dropped] = beyond < 0 ? [] : this.found.splice(beyond);
    if (dropped) this.first = dropped.seq;
  }

  /** From this number on nothing more is read. */
  endBefore(seq: number): void {
    this.first = Math.min(this.first, seq);
    this.found = this.found.filter((one) => one.seq < this.first);
  }

  /** As JSON texts, in the order of the numbers. */
  get objects(): string[] {
    return this.found.map(({ bytes }) => bytes.toString());
  }
}
