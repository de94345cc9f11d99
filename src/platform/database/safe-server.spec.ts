// promises.md, 1 and 9: on which Postgres the server starts.
import { type Facts, faultsOf } from './safe-server.js';

const GOOD: Facts = {
  version: 150000,
  encoding: 'UTF8',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  locale: 'C.UTF-8',
};

it.each<[string, Partial<Facts>]>([
  ['the oldest that is promised', {}],
  ['a later one, with the name that the C library has for it', { version: 180004, locale: 'C.utf8' }],
  ['one that waits for its standbys too', { synchronous_commit: 'remote_apply' }],
])('%s will do', (_what, change) => {
  expect(faultsOf({ ...GOOD, ...change })).toEqual([]);
});

it.each<[Partial<Facts>, RegExp]>([
  [{ version: 140012 }, /Postgres 15 or later/],
  [{ encoding: 'LATIN1' }, /UTF8, not LATIN1/],
  [{ locale: 'en_US.UTF-8' }, /C\.UTF-8, not en_US\.UTF-8/],
  [{ fsync: 'off' }, /fsync/],
  [{ synchronous_commit: 'off' }, /synchronous_commit/],
  [{ full_page_writes: 'off' }, /full_page_writes/],
])('%j will not', (change, fault) => {
  expect(faultsOf({ ...GOOD, ...change })).toEqual([expect.stringMatching(fault)]);
});
