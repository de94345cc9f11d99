// Server-Sent Events, read from the bytes of an answer as they come.

export interface Message {
  /** The last id that was said, with this message or before. */
  readonly id: string | undefined;
  /** `message` where none was said. */
  readonly event: string;
  readonly data: string;
}

/** What a reader hears: messages, and how long to wait before coming back. */
export interface Heard {
  message(message: Message): void;
  /** The id alone, with a comment: nothing is missing up to here. */
  id(id: string): void;
  retry(ms: number): void;
}

/** Feed it with text as it arrives. Line breaks are \n, \r\n or \r, as the HTML standard has them. */
export class MessageReader {
  private rest = '';
  private data: string[] = [];
  private event = '';
  private id: string | undefined;

  constructor(private readonly heard: Heard) {}

  read(text: string): void {
    const all = this.rest + text;
    // A \r at the end may be half of a line break.
    const lines = all.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === '') return this.dispatch();
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.event = value;
    else if (name === 'id' && !value.includes('\0')) this.heard.id((this.id = value));
    else if (name === 'retry' && /^\d+$/.test(value)) this.heard.retry(Number(value));
  }

  private dispatch(): void {
    if (this.data.length > 0)
      this.heard.message({ id: this.id, event: this.event || 'message', data: this.data.join('\n') });
    this.data = [];
    this.event = '';
  }
}
