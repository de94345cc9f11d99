// npm run torture: faults by name, or all of them. Exit 1 unless every one ends with zeros.
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../scripts/build.mjs';
import { FAULTS } from './faults/all.mjs';
import { details, explain, lineOf, number } from './report.mjs';
import { endRunning, tryFault } from './trial.mjs';

const USAGE = `npm run torture [-- [fault …] [--short] [--seconds N] [--operations N] [--servers N] [--clients N] [--seed N] [--map-late MS] [--json] [--verbose] [--own-proxy]]

--seconds      how long each fault's load lasts
--operations   over all faults; the load goes on after a fault for a minute at most (a run of all: 400 000)
--short        what CI runs: ${FAULTS.filter(({ short }) => short).length} of them, briefly
--map-late     milliseconds that production's map may be late: 100; with --short 1000, for machines that do much else
--verbose      what clients saw
--own-proxy    a small proxy of ours before the servers, even where there is haproxy

Faults:
${FAULTS.map(({ name, about }) => `  ${name.padEnd(32)}${about}`).join('\n')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean' },
    seconds: { type: 'string' },
    operations: { type: 'string' },
    servers: { type: 'string', default: '3' },
    clients: { type: 'string', default: '16' },
    'map-late': { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    json: { type: 'boolean' },
    verbose: { type: 'boolean' },
    'own-proxy': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
const unknown = positionals.filter((name) => !FAULTS.some((fault) => fault.name === name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`No such fault: ${unknown.join(', ')}.\n`);
  console[values.help ? 'log' : 'error'](USAGE);
  process.exit(values.help ? 0 : 2);
}

for (const name of ['seconds', 'operations', 'map-late', 'servers', 'clients', 'seed'])
  if (values[name] !== undefined && !/^\d{1,10}$/.test(values[name]))
    fail(`--${name} ${values[name]} is no whole number.`);

function fail(why) {
  console.error(why);
  process.exit(2);
}

const named =
  positionals.length > 0 ? positionals : FAULTS.filter(({ short }) => !values.short || short).map(({ name }) => name);
const seed = Number(values.seed);
/** Checked operations of a whole run, over all of its faults. */
const OPERATIONS = 400_000;
const isWhole = positionals.length === 0 && !values.short && !values.seconds;
const operations = Number(values.operations ?? (isWhole ? OPERATIONS : 0));
const options = {
  operations: Math.ceil(operations / named.filter((name) => name !== 'broken-on-purpose').length),
  servers: Number(values.servers),
  clients: Number(values.clients),
  seed,
  ownProxy: values['own-proxy'],
  mapLate: Number(values['map-late'] ?? (values.short ? 1000 : 100)),
  seconds: values.seconds ? Number(values.seconds) : undefined,
  short: values.short,
};

const say = (line) => console[values.json ? 'error' : 'log'](line);
const progress = (name) => (line) =>
  process.stderr.isTTY && !values.json ? process.stderr.write(`\r\x1b[K${name}  ${line}`) : undefined;

async function run(fault) {
  const missing = await fault.missing?.();
  if (missing) {
    say(`${fault.name.padEnd(32)}skipped: ${missing}`);
    return { name: fault.name, skipped: missing, ok: true, operations: 0 };
  }
  const tell = progress(fault.name);
  const began = performance.now();
  const verdict = await tryFault(fault, { ...options, progress: tell }).catch((error) => ({
    name: fault.name,
    ok: false,
    operations: 0,
    error: String(error.stack ?? error),
  }));
  tell('');
  if (process.stderr.isTTY && !values.json) process.stderr.write('\r\x1b[K');
  say(`${lineOf(verdict)}  (${Math.round((performance.now() - began) / 1000)} s)`);
  if (values.verbose) say(details(verdict));
  if (!verdict.ok) say(explain(verdict));
  return verdict;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void endRunning().then(() => process.exit(1)));

await ensureBuilt({ say });
say(`${options.servers} servers, ${options.clients} clients, seed ${seed}`);
const verdicts = [];
for (const name of named) verdicts.push(await run(FAULTS.find((fault) => fault.name === name)));
const sum = verdicts.reduce((total, { operations, isProof }) => total + (isProof ? 0 : operations), 0);
const bad = verdicts.filter(({ ok }) => !ok).map(({ name }) => name);
say(`${number(sum)} operations checked, ${verdicts.length - bad.length} of ${verdicts.length} as they should be`);
if (values.json) console.log(JSON.stringify({ seed, sum, verdicts }, null, 2));
process.exitCode = bad.length === 0 ? 0 : 1;
