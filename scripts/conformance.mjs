// Holds our parser and resolver of import maps to cases in the form of web-platform-tests' JSON files:
// `npm run test:conformance -- <folder>`. Exit 1 when a case fails, 2 without a folder that has some.
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ensureBuilt } from './build.mjs';

const USAGE = 'Usage: npm run test:conformance -- <folder with *.json files of web-platform-tests/import-maps>';

/** Every case of a file: what an outer group says holds for the inner ones, unless they say it themselves. */
function* casesOf(group, name, inherited = {}) {
  const { tests, ...own } = group;
  const said = { ...inherited, ...own };
  if (!tests) yield { ...said, name };
  else for (const [inner, test] of Object.entries(tests)) yield* casesOf(test, `${name} › ${inner}`, said);
}

/** The answer, or null where it throws what the standard throws; any other error is a failure of ours. */
function orNull(work, { ImportMapError }) {
  try {
    return work();
  } catch (error) {
    if (error instanceof ImportMapError) return null;
    throw error;
  }
}

const textOf = (importMap) => (typeof importMap === 'string' ? importMap : JSON.stringify(importMap));

const plain = (map) =>
  Object.fromEntries([...map].map(([key, value]) => [key, value instanceof Map ? plain(value) : value]));

/** One line for each failed check of a case; counts the checks. */
function check(test, ours, count) {
  const { importMap, importMapBaseURL, baseURL, expectedResults, expectedParsedImportMap, name } = test;
  const parsed = orNull(() => ours.parseImportMap(textOf(importMap), importMapBaseURL).map, ours);
  const failures = [];
  if (expectedParsedImportMap !== undefined) {
    count.parses++;
    // A file that says nothing of integrity expects nothing of it.
    const got =
      parsed && Object.fromEntries(Object.keys(expectedParsedImportMap ?? {}).map((key) => [key, plain(parsed[key])]));
    if (!isDeepStrictEqual(got, expectedParsedImportMap))
      failures.push(`${name}: expected ${JSON.stringify(expectedParsedImportMap)}, got ${JSON.stringify(got)}`);
  }
  for (const [specifier, expected] of Object.entries(expectedResults ?? {})) {
    count.resolutions++;
    const got = parsed && orNull(() => ours.resolveSpecifier(specifier, parsed, baseURL), ours);
    if (!parsed || got !== expected) failures.push(`${name}: ${specifier}: expected ${expected}, got ${got}`);
  }
  return failures;
}

async function run(folder) {
  await ensureBuilt();
  const domain = new URL('../dist/src/import-maps/domain/', import.meta.url);
  const ours = { ...(await import(new URL('parse.js', domain))), ...(await import(new URL('resolve.js', domain))) };
  const files = fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort();
  const count = { resolutions: 0, parses: 0 };
  const failures = files.flatMap((file) => {
    const group = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
    return [...casesOf(group, file)].flatMap((test) => check(test, ours, count));
  });
  return { ...count, failures };
}

function fail(message) {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

const [folder, ...more] = process.argv.slice(2);
if (!folder || more.length > 0) fail(folder ? 'Name only one folder.' : 'Name a folder.');
if (!fs.existsSync(folder) || !fs.statSync(folder).isDirectory()) fail(`There is no folder ${folder}.`);
const { resolutions, parses, failures } = await run(folder);
if (resolutions + parses === 0) fail(`There are no cases in ${folder}.`);
for (const failure of failures) console.log(failure);
console.log(`${resolutions} resolutions, ${parses} parses, ${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;
