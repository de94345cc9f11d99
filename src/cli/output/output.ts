// Where a command's words go. Results to stdout, as people or as programs read them; what only accompanies the work to
// stderr, and only where somebody looks at it.
import type { WriteStream } from 'node:tty';
import { harmless, harmlessJson, oneLine, painted, withoutTokens } from './harmless.js';

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
export type Colour = Parameters<typeof painted>[0];

export interface OutputOptions {
  /** `--json`: true for all, or the fields that are wanted. */
  readonly json?: true | readonly string[] | undefined;
  readonly verbose?: boolean;
  /** Undefined: as the terminal says. */
  readonly colour?: boolean | undefined;
}

export class Output {
  constructor(
    private readonly options: OutputOptions = {},
    readonly stdout: Stream = process.stdout,
    readonly stderr: Stream = process.stderr,
  ) {}

  /** True where a person reads stdout. */
  get isTerminal(): boolean {
    return Boolean(this.stdout.isTTY);
  }

  get isJson(): boolean {
    return this.options.json !== undefined;
  }

  get isVerbose(): boolean {
    return this.options.verbose ?? false;
  }

  /** How many characters a line of the terminal has. */
  get width(): number {
    return this.stdout.columns || 100;
  }

  /** A line of the result, for people; nothing with --json. */
  say(line = ''): void {
    if (!this.isJson) this.stdout.write(`${harmless(line)}\n`);
  }

  /** What the command came to: an object or a list, as JSON with --json, else as `people` says it. */
  result(value: unknown, people: () => void): void {
    if (this.isJson)
      this.stdout.write(`${harmlessJson(JSON.stringify(this.chosen(value), null, this.isTerminal ? 2 : 0))}\n`);
    else people();
  }

  /** One event or change of many: a line of JSON each with --json, else `line`. */
  stream(value: unknown, line: string): void {
    this.stdout.write(`${this.isJson ? harmlessJson(JSON.stringify(this.chosen(value))) : harmless(line)}\n`);
  }

  /** What accompanies the work: on a terminal only, so that scripts stay quiet. */
  note(line: string): void {
    if (this.stderr.isTTY || this.isVerbose) this.stderr.write(`${withoutTokens(harmless(line))}\n`);
  }

  /** Said even to scripts. */
  warn(line: string): void {
    this.stderr.write(withoutTokens(harmless(`${this.paint('yellow', 'warning', this.stderr)}: ${oneLine(line)}\n`)));
  }

  error(line: string): void {
    this.stderr.write(withoutTokens(harmless(`${this.paint('red', 'stamp', this.stderr)}: ${oneLine(line)}\n`)));
  }

  /** With --verbose only. */
  detail(line: string): void {
    if (this.isVerbose) this.stderr.write(withoutTokens(harmless(`${this.paint('dim', line, this.stderr)}\n`)));
  }

  /** Colour on a terminal only, and never with NO_COLOR. For what is said by this; elsewhere it is no colour. */
  paint(colour: Colour, text: string, stream: Stream = this.stdout): string {
    const wanted = this.options.colour ?? Boolean(stream.isTTY);
    return wanted ? painted(colour, text) : text;
  }

  private chosen(value: unknown): unknown {
    const { json } = this.options;
    if (json === undefined || json === true) return value;
    if (Array.isArray(value)) return value.map((one) => pick(one, json));
    return pick(value, json);
  }
}

/** `a` and `a.b`, in the order in which they were asked for; what there isn't is null. */
function pick(value: unknown, fields: readonly string[]): unknown {
  const at = (path: string): unknown =>
    path
      .split('.')
      .reduce<unknown>((object, name) => (object as Record<string, unknown> | null | undefined)?.[name], value);
  return Object.fromEntries(fields.map((field) => [field, at(field) ?? null]));
}
