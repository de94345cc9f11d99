// Reads what a client sends to Postgres, however the bytes are cut into chunks: who it is, and the statements that it has executed.

/** What a client sends, message by message: who it is (the startup message), and each statement that it has executed. */
export class ClientMessages {
  private rest: Buffer = Buffer.alloc(0);
  private application: string | undefined;

  constructor(private readonly onStatement: (application: string) => void) {}

  take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      // The startup message has no type before its length.
      const typed = this.application === undefined ? 0 : 1;
      if (this.rest.length < typed + 4) return;
      const length = typed + this.rest.readUInt32BE(typed);
      if (this.rest.length < length) return;
      this.read(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
    }
  }

  private read(message: Buffer): void {
    if (this.application === undefined) {
      const words = message.subarray(8).toString().split('\0');
      this.application = words[words.indexOf('application_name') + 1] ?? '';
    } else if (['E', 'Q'].includes(String.fromCharCode(message[0] ?? 0))) {
      this.onStatement(this.application);
    }
  }
}
