// The command line before commander reads it.

const FIELDS = /^[a-z_][\w.]*(,[a-z_][\w.]*)*$/;
const TICKET = /^([A-Za-z][\w.]*-)?\d+$/;

/**
 * `--json a,b` becomes `--json=a,b`; before anything that is no list of fields, such as a ticket's key, `--json` stands alone.
 * A single word that names a verb is the verb where none stands before it: `stamp --json list`.
 */
export function settleJson(args: readonly string[], isVerb: (word: string) => boolean): string[] {
  const settled: string[] = [];
  let started = false;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? '';
    if (argument === '--') return [...settled, ...args.slice(at)];
    if (argument !== '--json') {
      started ||= isVerb(argument) || TICKET.test(argument);
      settled.push(argument);
      continue;
    }
    const next = args[at + 1] ?? '';
    const fields = FIELDS.test(next) && (started || !isVerb(next)) ? next : '';
    settled.push(`--json=${fields}`);
    if (fields) at++;
  }
  return settled;
}

/** True where one of the flags was said, for what goes wrong before the options are read. */
export function said(args: readonly string[], ...flags: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  return options.some((argument) => flags.some((flag) => argument === flag || argument.startsWith(`${flag}=`)));
}
