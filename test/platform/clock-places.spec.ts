// Every place of the source that asks a clock that may step, and what is decided about it: a new one fails here until somebody
// has thought of an hour back and an hour forth. What is decided is shown by clock-steps.spec.ts, clock-ages.spec.ts and the suites named here.
import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../src');
const ASKS =
  /clock_timestamp\(\)|(?<![.\w])now\(\)|NO_EARLIER\}|olderThan\(|withoutSteps\(|Date\.now\(\)|new Date\(\)/g;

/** Written down, shown, and compared with nothing. */
const WRITTEN = 'is when something was written: orders and ends nothing';
/** `now` of tokens-cache.ts is performance.now(). */
const STEADY = 'is a clock that only goes forward';
/** Of whoever's machine the command runs on. */
const OWN = "is for the reader's eyes, by their own clock";

const DECIDED: Readonly<Record<string, readonly [count: number, decision: string]>> = {
  'access/access-token.row.ts': [1, WRITTEN],
  'access/access-tokens.ts': [
    4,
    'what ended stays ended; ends are moved (token-clock.ts); a rotation gives a day from now',
  ],
  'access/tokens-cache.ts': [3, STEADY],
  'access/end-revoked-streams.ts': [2, STEADY],
  'access/rate-limits.ts': [6, 'a minute that ends later than in a minute is over (access/rate-limits.spec.ts)'],
  'cli/doctor/server-checks.ts': [2, 'compares the two clocks, which is what it is for'],
  'cli/git/check-work.ts': [1, OWN],
  'cli/words/local-time.ts': [2, OWN],
  'cli/session/private-file.ts': [
    1,
    'a lock that was left is told by its age: a step forth meanwhile may take one too early',
  ],
  'cli/verbs/stream.ts': [1, '`--since 15m` is by the clock of who asks, as a time that they type is'],
  'cli/watch/git-facts.ts': [1, 'a method of that name'],
  'cli/watch/update-report.ts': [3, OWN],
  'chat-commands/confirmations.ts': [5, 'moved by a step back, over after a step forth'],
  'files/blob-cleaner.ts': [
    3,
    'counted younger by steps; files without a row are old at two clean-ups; old minutes of quotas decide nothing',
  ],
  'promotion/approvals/approval-rows.ts': [2, WRITTEN],
  'promotion/overrides/override-rows.ts': [3, 'ends are moved (override-clock.ts): none lasts longer'],
  'promotion/of-revision.ts': [1, WRITTEN],
  'promotion/policies/window.ts': [1, 'asks what time it is: a calendar goes by the clock'],
  'promotion/policies/soak.ts': [1, 'steps forth since then are no time'],
  'promotion/holds/held-rows.ts': [5, 'ends are moved (hold-clock.ts): none is earlier'],
  'promotion/holds/hold.rows.ts': [1, WRITTEN],
  'packages/spu-files/spu-file.row.ts': [1, WRITTEN],
  'files/blob.rows.ts': [1, 'what a clean-up judges by: blob-cleaner.ts'],
  'import-maps/store/direct-releases.ts': [1, 'live_since never goes back, so ?at= has one answer'],
  'import-maps/store/map.rows.ts': [3, WRITTEN],
  'import-maps/store/releases.ts': [1, 'live_since never goes back, so ?at= has one answer'],
  'operate/backup/pack.ts': [1, WRITTEN],
  'operate/backup/take.ts': [1, WRITTEN],
  'operate/output-file.ts': [1, 'a part that is being written is written to all the time'],
  'platform/database/clock-steps.ts': [
    9,
    'what this is about; ends are moved by each step (token-clock.ts, override-clock.ts: none lasts longer; hold-clock.ts: none is earlier)',
  ],
  'platform/database/database-clock.rows.ts': [2, 'what this is about'],
  'platform/database/database-clock.ts': [4, 'what this is about'],
  'projects/modules-url.row.ts': [1, WRITTEN],
  'quotas/quota-metrics.ts': [1, 'a figure for /metrics, which decides nothing'],
  'quotas/quota.rows.ts': [1, 'quotas.ts'],
  'quotas/quotas.ts': [2, 'a minute that ends later than in a minute is over'],
  'rest/writing/idempotency-key.row.ts': [1, 'what a clean-up judges by: idempotency.ts'],
  'rest/writing/idempotency.ts': [3, 'counted younger by steps, for its answer and for the clean-up'],
  'rest/writing/row-sql.ts': [1, WRITTEN],
  'signals.ts': [1, 'a method of that name'],
  'stream/archive/event-archive.row.ts': [1, WRITTEN],
  'stream/archive/retention-sql.ts': [
    1,
    'days begin without the steps that were seen, and numbers decide (stream/archive.spec.ts)',
  ],
  'log/logged-row.ts': [1, 'numbers order the log; ?since= is the lowest number that fits (stream/since.spec.ts)'],
  'tickets/close-ticket.ts': [1, WRITTEN],
  'tickets/status-patch-sql.ts': [1, WRITTEN],
  'tickets/work-row.ts': [3, WRITTEN],
};

function placesIn(folder: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.spec.ts')) continue;
    const file = path.join(entry.parentPath, entry.name);
    const code = fs.readFileSync(file, 'utf8').replaceAll(/^\s*(\/\/|\*|\/\*\*).*$/gm, '');
    const count = code.match(ASKS)?.length ?? 0;
    if (count > 0) found.set(path.relative(ROOT, file), count);
  }
  return found;
}

it('is decided for each place', () => {
  const decided = Object.fromEntries(Object.entries(DECIDED).map(([file, [count]]) => [file, count]));
  expect(Object.fromEntries(placesIn(ROOT))).toEqual(decided);
});
