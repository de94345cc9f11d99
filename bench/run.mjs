// npm run bench: Stampline beside a bare server, path by path, and the figures of import maps (maps.mjs), of the
// stream (stream.mjs) and of the command (cli.mjs).
// `npm run bench -- get_ticket` runs one path; --json prints
// one document; --check exits with 1 when a target is missed; --rounds and --seconds say how long. See docs/PERFORMANCE.md.
import os from 'node:os';
import { parseArgs } from 'node:util';
import { CLI_FIGURES } from './cli.mjs';
import { MAP_FIGURES } from './maps.mjs';
import { CONNECTIONS, PATHS } from './paths.mjs';
import { runScale } from './scale.mjs';
import { runRound } from './round.mjs';
import { requireSameAnswers } from './same-answers.mjs';
import { STREAM_FIGURES } from './stream.mjs';
import { startWorld, TICKETS } from './world.mjs';

/** What is no rate of requests beside the bare server's. */
const FIGURES = { ...MAP_FIGURES, ...STREAM_FIGURES, ...CLI_FIGURES };

const say = (line) => process.stderr.write(`${line}\n`);

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '2' },
    },
  });
  const known = [...Object.keys(PATHS), ...Object.keys(FIGURES)];
  const unknown = positionals.filter((name) => name !== 'scale' && !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`No such path: ${unknown.join(', ')}. There are: ${known.join(', ')}, scale.`);
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  if (!(rounds >= 1 && rounds <= 100 && seconds >= 1 && seconds <= 60))
    throw new Error('--rounds is 1 to 100, --seconds 1 to 60.');
  const names = known.filter((name) => positionals.length === 0 || positionals.includes(name));
  return { names, rounds, seconds, json: values.json, check: values.check, scale: positionals.includes('scale') };
}

const median = (values) => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Numbers every round of a run; the requests use it to differ from those of the rounds before. */
let round = 0;

/** Tidies up after the paths before, warms both up, then alternates them; who goes first alternates too. */
async function measure(world, name, rounds, seconds) {
  const path = PATHS[name];
  for (const statement of ['VACUUM ANALYZE', 'CHECKPOINT']) await world.sql(statement);
  await path.prepare?.(world);
  await requireSameAnswers(world, name);
  for (const server of [world.ours, world.bare]) await runRound(world, server, name, path, ++round, seconds);
  const pairs = [];
  for (let count = 0; count < rounds; count++) {
    const pair = {};
    for (const server of count % 2 === 0 ? [world.ours, world.bare] : [world.bare, world.ours]) {
      pair[server.name] = await runRound(world, server, name, path, ++round, seconds);
    }
    pairs.push(pair);
    say(
      `${name} round ${count + 1}: ${ratioOf(pair).toFixed(2)} (${pair.ours.perSecond.toFixed(0)}/s, bare ${pair.bare.perSecond.toFixed(0)}/s)`,
    );
  }
  return summary(name, path, pairs);
}

const ratioOf = ({ ours, bare }) => ours.perSecond / bare.perSecond;

function summary(name, { target }, pairs) {
  const of = (server, figure) => median(pairs.map((pair) => pair[server][figure]));
  const ratios = pairs.map(ratioOf);
  const ratio = median(ratios);
  return {
    path: name,
    ratio: Number(ratio.toFixed(3)),
    target,
    met: ratio >= target,
    ours_per_second: Math.round(of('ours', 'perSecond')),
    bare_per_second: Math.round(of('bare', 'perSecond')),
    p99_ms: of('ours', 'p99'),
    bare_p99_ms: of('bare', 'p99'),
    round_ratios: ratios.map((one) => Number(one.toFixed(3))),
  };
}

function lineOf(result) {
  if (result.line) return result.met ? result.line : `${result.line}  MISSED`;
  const missed = result.met ? '' : `  MISSED: the target is ${result.target.toFixed(2)}`;
  return `${result.path} ratio ${result.ratio.toFixed(2)} (${result.ours_per_second}/s, bare ${result.bare_per_second}/s, p99 ${result.p99_ms} ms)${missed}`;
}

function machine(world) {
  const cpus = os.cpus();
  return {
    cores: cpus.length,
    cpu: cpus[0]?.model,
    load: Number(os.loadavg()[0]?.toFixed(2)),
    node: process.version,
    postgres: world.version,
  };
}

async function main() {
  const { names, rounds, seconds, json, check, scale } = readArguments();
  if (scale) return runScale({ rounds, seconds, json, check }, say);
  const world = await startWorld(say);
  const stop = async () => {
    await world.stop();
    process.exit(130);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
  const results = [];
  const started = {
    date: new Date().toISOString(),
    machine: machine(world),
    tickets: TICKETS,
    connections: CONNECTIONS,
    rounds,
    seconds,
  };
  try {
    for (const name of names) {
      const figure = FIGURES[name];
      const result = figure
        ? await figure(world, { rounds, seconds }, say)
        : await measure(world, name, rounds, seconds);
      results.push(result);
      if (!json) console.log(lineOf(result));
    }
  } finally {
    await world.stop();
  }
  if (json) console.log(JSON.stringify({ ...started, paths: results }, null, 2));
  if (check && results.some((result) => !result.met)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  say(`bench: ${error.message}`);
  process.exitCode = 2;
}
