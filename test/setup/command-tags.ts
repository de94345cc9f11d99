// Reads the command tags (`COMMIT`, `UPDATE 1`) out of what Postgres sends, however the bytes are cut into chunks: each message
// is a letter, its length in four bytes, and the rest (PostgreSQL's manual, "Message Formats").

const HEADER = 5;
const COMMAND_COMPLETE = 'C'.charCodeAt(0);

export class CommandTags {
  /** What began in the last chunk and isn't whole. */
  private rest: Buffer = Buffer.alloc(0);
  /** Bytes of a message that needn't be looked at. */
  private skip = 0;

  /** The tags whose message ends in this chunk. */
  read(chunk: Buffer): string[] {
    const tags: string[] = [];
    let bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    for (;;) {
      const skipped = Math.min(this.skip, bytes.length);
      this.skip -= skipped;
      bytes = bytes.subarray(skipped);
      if (bytes.length < HEADER) break;
      const length = bytes.readUInt32BE(1) + 1;
      if (bytes[0] !== COMMAND_COMPLETE) {
        this.skip = length;
        continue;
      }
      if (bytes.length < length) break;
      tags.push(bytes.toString('latin1', HEADER, length - 1));
      bytes = bytes.subarray(length);
    }
    this.rest = Buffer.from(bytes);
    return tags;
  }
}
