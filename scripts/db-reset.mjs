// npm run db:reset: throws the embedded database away, wherever its data folder says that it is. Asks first, unless --yes.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline/promises';
import { ensureBuilt } from './build.mjs';

await ensureBuilt();
const { readConfig } = await import('../dist/src/config.js');
const { dataFolder, databaseUrl } = readConfig();
if (databaseUrl) {
  console.error('DATABASE_URL is set: that database is not ours to reset. Drop and create it yourself.');
  process.exit(1);
}
const pointer = path.join(dataFolder, 'postgres.location');
const places = [dataFolder, ...(fs.existsSync(pointer) ? [fs.readFileSync(pointer, 'utf8').trim()] : [])].filter(
  (place) => fs.existsSync(place),
);
const running = places
  .flatMap((place) => [path.join(place, 'postgres', 'postmaster.pid'), path.join(place, 'postmaster.pid')])
  .filter(isAlive);
if (running.length > 0) {
  console.error(`A server is using the data (${running[0]}). Stop it first.`);
  process.exit(1);
}
if (places.length === 0) {
  console.log(`There is no data in ${dataFolder}.`);
  process.exit(0);
}
if (!process.argv.includes('--yes')) {
  const terminal = readline.createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete all tickets in ${places.join(' and ')}? Type yes: `);
  terminal.close();
  if (answer.trim() !== 'yes') process.exit(1);
}
// Only what the server made: the folder may hold other things.
for (const place of places.reverse()) {
  for (const name of fs.readdirSync(place).filter((one) => /^postgres($|\.)/.test(one))) {
    fs.rmSync(path.join(place, name), { recursive: true, force: true });
  }
}
console.log('Deleted. The next npm start begins with an empty database.');

function isAlive(pidFile) {
  if (!fs.existsSync(pidFile)) return false;
  try {
    process.kill(Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0]), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
