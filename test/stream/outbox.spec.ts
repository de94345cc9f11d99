// How far down the relay looks: seldom to the bottom, never too far up, and never past a row that may still come.
import { Outbox } from '../../src/stream/outbox.js';

/** Looks every 20 ms for `ms`, each finding ids up to what `highest` says; answers what each looked above. */
function look(
  outbox: Outbox,
  from: number,
  ms: number,
  highest: (now: number) => number,
): { now: number; above: number }[] {
  const looks: { now: number; above: number }[] = [];
  for (let now = from; now < from + ms; now += 20) {
    const above = outbox.lookAbove(now);
    outbox.looked(above, String(highest(now)), false, now + 1);
    looks.push({ now, above: Number(above) });
  }
  return looks;
}

it('begins at the bottom', () => {
  expect(new Outbox().lookAbove(0)).toBe('0');
});

it('looks at the bottom each second, and else above what was the highest at least two seconds ago', () => {
  // One id each millisecond.
  const looks = look(new Outbox(), 0, 60_000, (now) => now);
  const whole = looks.filter(({ above }) => above === 0);
  for (const [index, { now }] of whole.entries()) {
    expect(now - (whole[index - 1]?.now ?? 0)).toBeLessThanOrEqual(1040);
  }
  const late = looks.filter(({ now, above }) => now > 10_000 && above > 0);
  expect(late.length).toBeGreaterThan(2000);
  for (const { now, above } of late) {
    expect(now - above).toBeGreaterThanOrEqual(2000);
    expect(now - above).toBeLessThanOrEqual(4100);
  }
});

it('goes on at the bottom while there is more there, and seldom goes there when that takes long', () => {
  const outbox = new Outbox();
  for (const now of [0, 20, 40]) {
    expect(outbox.lookAbove(now)).toBe('0');
    outbox.looked('0', '5000', true, now + 10);
  }
  outbox.lookAbove(60);
  outbox.looked('0', '5000', false, 1060);
  for (const now of [3000, 6000]) outbox.looked(outbox.lookAbove(now), '6000', true, now);
  expect(outbox.lookAbove(21_059)).toBe('6000');
  expect(outbox.lookAbove(21_061)).toBe('0');
});
