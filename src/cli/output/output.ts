// Where a command's words go. Results to stdout, as people or as programs read them; what only accompanies the work to
// stderr, and only where somebody looks at it.
import { harmlessJson } from '../../platform/steering.js';
import { type Surroundings, surroundings } from '../session/surroundings.js';
import { cellsOf, harmless, oneLine, painted, promptOf, unbroken, withoutTokens } from './strip-control-characters.js';

type Stream = Surroundings['stdout'];
/** Back to the line's beginning, and nothing on it. */
const CLEAR = '\r\u001b[K';

export type Colour = Parameters<typeof painted>[0];

export interface OutputOptions {
  /** `--json`: true for all, or the fields that are wanted. */
  readonly json?: true | readonly string[] | undefined;
  readonly verbose?: boolean;
  /** Undefined: as the terminal says. */
  readonly colour?: boolean | undefined;
}

export class Output {
  /** What `unchecked` has said. */
  readonly left: string[] = [];

  constructor(
    private readonly options: OutputOptions = {},
    readonly stdout: Stream = surroundings().stdout,
    readonly stderr: Stream = surroundings().stderr,
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

  /** A line of the result, for people; nothing with --json. What would break it is a blank. */
  say(line = ''): void {
    this.lines(unbroken(line));
  }

  /** Cells of one line, as `cut` reads them: nothing in one makes another. */
  cells(cells: readonly string[]): void {
    this.say(cellsOf(cells));
  }

  /** A text of several lines of our own, such as a script. */
  lines(text: string): void {
    if (!this.isJson) this.stdout.write(`${harmless(text)}\n`);
  }

  /** Help and the version, which have the ends of their lines. */
  help(text: string): void {
    this.stdout.write(harmless(text));
  }

  /** What the command came to: an object or a list, as JSON with --json, else as `people` says it. */
  result(value: unknown, people: () => void): void {
    if (this.isJson)
      this.stdout.write(`${harmlessJson(JSON.stringify(this.chosen(value), null, this.isTerminal ? 2 : 0))}\n`);
    else people();
  }

  /** One event or change of many: a line of JSON each with --json, else `line`. */
  stream(value: unknown, line: string): void {
    const text = this.isJson ? harmlessJson(JSON.stringify(this.chosen(value))) : harmless(unbroken(line));
    this.stdout.write(`${text}\n`);
  }

  /** What accompanies the work: on a terminal only, so that scripts stay quiet. */
  note(line: string): void {
    if (this.stderr.isTTY || this.isVerbose) this.stderr.write(`${withoutTokens(harmless(unbroken(line)))}\n`);
  }

  /** A line on a terminal's stderr that the next one is written over; none where nobody looks. */
  over(line: string): void {
    if (!this.stderr.isTTY || this.isJson) return;
    this.stderr.write(`${CLEAR}${harmless(unbroken(line)).slice(0, (this.stderr.columns || this.width) - 1)}`);
  }

  /** What follows begins on a line of its own, whatever a terminal shows. */
  breakLine(): void {
    if (this.stderr.isTTY) this.stderr.write('\n');
  }

  /** A question, and what is answered stands behind it. */
  prompt(question: string): void {
    this.stderr.write(promptOf(question));
  }

  /** What went wrong, to programs that gave --json. */
  errorJson(error: object): void {
    this.stderr.write(`${harmlessJson(withoutTokens(JSON.stringify({ error })))}\n`);
  }

  /** Said even to scripts. */
  warn(line: string): void {
    this.stderr.write(withoutTokens(harmless(`${this.paint('yellow', 'warning', this.stderr)}: ${oneLine(line)}\n`)));
  }

  /** What could not be checked: said once, to scripts only `aloud`, and always among the warnings of what `--json` answers. */
  unchecked(line: string, aloud = true): void {
    if (this.left.includes(line)) return;
    this.left.push(line);
    if (aloud) this.warn(line);
    else this.note(line);
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
