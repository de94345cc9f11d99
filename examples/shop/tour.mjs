#!/usr/bin/env node
// A guided tour: publishes the tea shop, changes its cart in a ticket, shows the link, promotes to QA and to production,
// reverts. Run it beside a server, as often as you like:
//
//   node examples/shop/tour.mjs              against http://localhost:8000
//   node examples/shop/tour.mjs --pause      waits for Enter after each step, so that you can look
//
//   STAMP_URL  http://localhost:8000   where Stampline is
//   PORT       8080                    where examples/shop/serve.mjs serves the pages
//
// Exit code: 0 when everything went as told here.
import assert from 'node:assert/strict';
import readline from 'node:readline/promises';
import { sourceOf, Stampline } from './stampline.mjs';

const stampline = new Stampline(process.env.STAMP_URL || 'http://localhost:8000', (call) =>
  console.log(`     ${call}`),
);
const page = `http://localhost:${process.env.PORT || 8080}`;
const terminal = process.argv.includes('--pause')
  ? readline.createInterface({ input: process.stdin, output: process.stdout })
  : undefined;

let steps = 0;
async function step(text, run) {
  console.log(`\n${++steps}. ${text}`);
  const result = await run();
  await terminal?.question('   Enter goes on. ');
  return result;
}

const say = (text) => console.log(`   ${text}`);
const cartOf = ({ imports }) => imports.cart;

/** The keys whose addresses differ. */
function changedKeys(one, other) {
  const keys = new Set([...Object.keys(one.imports), ...Object.keys(other.imports)]);
  return [...keys].filter((key) => one.imports[key] !== other.imports[key]).sort();
}

async function publish() {
  const ticket = await stampline.shop('Tea shop');
  await stampline.promote(ticket);
  const { release } = await stampline.promote(ticket);
  say(`${ticket} is release ${release}: ${page}/`);
}

async function changeCart(before) {
  const ticket = await stampline.ticket('Shipping is free from 30 €');
  const from = { git_branch: 'free-shipping', git_commit: '5f0c9a1' };
  const { warnings } = await stampline.module(ticket, 'cart', await sourceOf('cart', 'changes'), from);
  for (const { message } of warnings) say(`warning: ${message}`);
  const preview = await stampline.map(`?dev=${ticket}`);
  assert.deepEqual(changedKeys(before, preview), ['cart']);
  assert.deepEqual(await stampline.map(), before);
  say(`The live shop with ${ticket}'s cart: ${page}/cart.html?dev=${ticket}`);
  say(`All other users:                    ${page}/cart.html`);
  return ticket;
}

async function toQa(ticket) {
  const { stage } = await stampline.promote(ticket);
  assert.equal(stage, 'qa');
  say(`Its modules are frozen; testers open ${page}/cart.html?qa=${ticket}`);
}

async function somebodyElse(ticket) {
  const other = await stampline.ticket('Announce the tasting');
  const source = (await sourceOf('announcement')).replace(/'The first .*'/, `'Tasting on Saturday (${other}).'`);
  await stampline.module(other, 'announcement', source);
  await stampline.promote(other);
  await stampline.promote(other);
  const [live, preview] = [await stampline.map(), await stampline.map(`?qa=${ticket}`)];
  assert.deepEqual(changedKeys(live, preview), ['cart']);
  say(`${other} is live, and ${ticket}'s preview has it too: a ticket is what it changes, never a copy of the map.`);
}

async function toProduction(ticket) {
  const { promotable, verdicts } = await stampline.call('GET', `/api/v1/ticket/${ticket}/why/`);
  for (const { policy, verdict, summary } of verdicts) say(`${policy}: ${verdict}. ${summary}`);
  assert.equal(promotable, true);
  const trial = await stampline.call('POST', `/api/v1/ticket/${ticket}/promote/?dry_run=1`);
  say(`A dry run would make release ${trial.release}.`);
  const { stage, release } = await stampline.promote(ticket);
  assert.equal(stage, 'prod');
  say(`${ticket} is release ${release}: ${page}/cart.html`);
}

async function backOut(ticket, before) {
  const live = await stampline.map();
  const { stage, release, git_revert: git } = await stampline.revert(ticket, 'The postage doubled');
  const now = await stampline.map();
  assert.equal(stage, 'qa');
  assert.equal(cartOf(now), cartOf(before));
  assert.deepEqual(changedKeys(live, now), ['cart']);
  say(`Release ${release} is everything but ${ticket}, which is in QA again: ${page}/cart.html?qa=${ticket}`);
  say(
    `The announcement, released in between, stays. In git: ${/^git revert [0-9a-f]{7,64}$/.test(git) ? git : 'nothing'}`,
  );
}

async function putAway(ticket) {
  await stampline.revert(ticket, 'Next quarter');
  await stampline.call('POST', `/api/v1/ticket/${ticket}/close/`, { reason: 'Next quarter' });
  say('Nothing is deleted: reopening brings it back to dev.');
}

console.log(`Stampline at ${stampline.origin}; the pages: node examples/shop/serve.mjs, then ${page}/`);
await step('The shop goes live: six npm packages as they are, ten modules of its own, in one ticket.', publish);
const before = await stampline.map();
const ticket = await step('A developer changes one module, the cart, in a ticket.', () => changeCart(before));
await step('To QA.', () => toQa(ticket));
await step('In the meantime another person releases another change.', () => somebodyElse(ticket));
await step('To production: nothing blocks it.', () => toProduction(ticket));
await step('The change is bad: revert it.', () => backOut(ticket, before));
await step('Revert it to dev, and close it.', () => putAway(ticket));
terminal?.close();
console.log('\nThat was it.');
