// `overlap=block` on the command line, as a project's document has it.
import { usage } from '../words/cli-error.js';

/** What stands beside the settings in a project. */
const FIELDS = ['display_name', 'description', 'repository_url'] as const;
/** Settings that are lists: words with commas between will do. */
const LISTS = ['url_safe_list', 'preview_origins', 'entries'];

export interface Wanted {
  readonly fields: Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;
  /** Undefined: back to the default. */
  readonly settings: ReadonlyMap<string, unknown>;
}

/** Rejects with usage where a word is no `key=value`. */
export function readWanted(words: readonly string[]): Wanted {
  const fields: Record<string, string> = {};
  const settings = new Map<string, unknown>();
  for (const word of words) {
    const [, key, text] = /^([\w.]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined || text === undefined)
      throw usage(`'${word}' is not in the form key=value, such as overlap=block.`);
    if ((FIELDS as readonly string[]).includes(key)) fields[key] = text;
    else settings.set(key, valueOf(key, text));
  }
  return { fields, settings };
}

/** JSON where it is some, else the text itself. Nothing after the = is undefined. */
function valueOf(key: string, text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    if (/^[[{]/.test(text)) throw usage(`${key}: a value that begins with ${text[0]} must be JSON: ${key}='["a","b"]'`);
    return LISTS.includes(key) ? text.split(',').map((one) => one.trim()) : text;
  }
}

/** The document whole, as the server takes it. */
export function changed(settings: Readonly<Record<string, unknown>>, { settings: wanted }: Wanted): object {
  const next = { ...settings };
  for (const [key, value] of wanted) {
    if (value === undefined) delete next[key];
    else next[key] = value;
  }
  return next;
}
