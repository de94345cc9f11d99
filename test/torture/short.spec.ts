// What CI runs of the faults (`npm run torture -- --short`): each kind that once broke a promise, in a few minutes.
import { FAULTS } from '../../torture/faults/all.mjs';

interface Fault {
  readonly name: string;
  readonly seconds: number;
  readonly short?: number;
}

const inShort = (FAULTS as readonly Fault[]).filter(({ short }) => short !== undefined);

it('has what stands still, holds answers, takes the last file and sets the clock back', () => {
  const names = inShort.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['stop-backend', 'stop-leader', 'stop-server', 'hold-link', 'no-inodes', 'clock-back']),
  );
  expect(names).toEqual(expect.arrayContaining(['kill-server', 'kill-backend', 'cut-commit', 'broken-on-purpose']));
});

it('is shorter than the whole, and over in some minutes', () => {
  for (const { name, short = 0, seconds } of inShort) expect([name, short <= seconds]).toEqual([name, true]);
  expect(inShort.reduce((sum, { short = 0 }) => sum + short, 0)).toBeLessThan(150);
});
