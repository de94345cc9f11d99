// Steps and statuses as scripts write them and as the wire shows them.
import fc from 'fast-check';
import { COMPLETE, FAILED, LINE, parseStatus, parseStep, STEPS, statusText } from '../../src/workflow/steps.js';

it('has seven steps: six in a line, and 999 beside it', () => {
  expect(LINE).toEqual([100, 200, 300, 400, 500, COMPLETE]);
  expect(STEPS).toEqual([100, 200, 300, 400, 500, FAILED, COMPLETE]);
});

it.each([
  ['100', 100],
  [100, 100],
  [' 200 ', 200],
  ['0300', 300],
  ['1000', 1000],
  ['150', undefined],
  ['0', undefined],
  ['-100', undefined],
  ['1e2', undefined],
  ['100.0', undefined],
  [100.5, undefined],
  ['', undefined],
  ['01000', undefined],
  ['１００', undefined],
])('reads the step %p as %p', (given, step) => {
  expect(parseStep(given)).toBe(step);
});

it.each([
  ['000', 0],
  [0, 0],
  [7, 7],
  ['7', 7],
  ['999', 999],
  ['1000', 1000],
  ['1001', undefined],
  [-1, undefined],
  [1.5, undefined],
  [NaN, undefined],
  ['', undefined],
  ['done', undefined],
])('reads the status %p as %p', (given, status) => {
  expect(parseStatus(given)).toBe(status);
});

it.each([
  [0, '000'],
  [7, '007'],
  [42, '042'],
  [999, '999'],
  [1000, '1000'],
])('shows the status %d as %p', (status, text) => {
  expect(statusText(status)).toBe(text);
});

it('reads every status that it shows, and every step as text and as number', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1000 }), (status) => parseStatus(statusText(status)) === status));
  for (const step of STEPS) expect([parseStep(step), parseStep(String(step))]).toEqual([step, step]);
});

it('takes nothing for a step that is none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double()), (given) => {
      const step = parseStep(given);
      return step === undefined || (STEPS.includes(step) && Number(given) === step);
    }),
  );
});
