// stamp doctor: looks at everything that the command needs, and says what to do where something is missing.
import type { Check } from '../doctor/check.js';
import { checkGit, checkNode, checkSettings } from '../doctor/local-checks.js';
import { checkServer } from '../doctor/server-checks.js';
import { EXIT } from '../words/exit-codes.js';
import type { Colour, Output } from '../output/output.js';
import type { Verb } from '../session/verb.js';
import { fieldsOf } from '../words/json-fields.js';

export const doctor: Verb = {
  name: 'doctor',
  summary: 'Check settings, server, clock, git and the command itself, and print what to fix',
  description: 'Ends with 0 if there is nothing wrong, or only warnings, else with 1.',
  json: fieldsOf<Check>({ name: true, grade: true, says: true, fix: true }),
  examples: [
    { run: 'stamp doctor', says: 'a line for each check' },
    { run: 'stamp doctor --json=name,grade,fix', says: 'for a script' },
  ],
  run: async (session) => {
    const { out, settings } = session;
    const [own, git, server] = await Promise.all([checkSettings(settings), checkGit(settings), checkServer(session)]);
    const checks = [checkNode(), ...own, ...server, ...git];
    out.result(checks, () => checks.forEach((check) => say(out, check)));
    return checks.some(({ grade }) => grade === 'error') ? EXIT.error : EXIT.ok;
  },
};

const COLOURS: Readonly<Record<Check['grade'], Colour>> = { ok: 'green', warning: 'yellow', error: 'red' };

/** Piped: grade, name, what is so, what to do, with tabs between. */
function say(out: Output, { name, grade, says, fix }: Check): void {
  if (!out.isTerminal) return out.cells([grade, name, says, fix ?? '']);
  out.say(`${out.paint(COLOURS[grade], grade.padEnd(7))}  ${name.padEnd(7)}  ${says}`);
  if (fix) out.say(`${' '.repeat(18)}${out.paint('bold', fix)}`);
}
