import fc from 'fast-check';
import { isDay, readTime, wireTime } from './time-text.js';

const read: [string, string, boolean, boolean][] = [
  ['2026-02-28', '2026-02-28T00:00:00Z', false, false],
  ['2026-02-28T12:30', '2026-02-28T12:30:00Z', true, false],
  ['2026-02-28 12:30:01', '2026-02-28T12:30:01Z', true, false],
  ['2026-02-28T12:30:01.5Z', '2026-02-28T12:30:01.5Z', true, true],
  ['2026-02-28t12:30:01z', '2026-02-28T12:30:01Z', true, true],
  ['2026-02-28T12:30:01.123456789+02:00', '2026-02-28T12:30:01.123456+02:00', true, true],
  ['2026-02-28T12:30:01+00', '2026-02-28T12:30:01+00:00', true, true],
  ['2026-02-28 12:30:01 0530', '2026-02-28T12:30:01+05:30', true, true],
  ['2026-02-28T12:30-1130', '2026-02-28T12:30:00-11:30', true, true],
  ['2026-02-28 05:00', '2026-02-28T05:00:00Z', true, false],
  ['2026-02-28+01', '2026-02-28T00:00:00+01:00', false, true],
  ['2024-02-29', '2024-02-29T00:00:00Z', false, false],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z', true, true],
];
it.each(read)('%s is %s', (text, expected, hasClock, hasZone) => {
  expect(readTime(text)).toEqual({ text: expected, hasClock, hasZone });
});

it.each([
  '',
  'yesterday',
  '2026',
  '2026-1-1',
  '2026-11-31',
  '2026-02-29',
  '2026-02-30T12:00:00Z',
  '2026-13-01',
  '0000-01-01',
  '2026-01-01T24:00:00Z',
  '2026-01-01T12:60',
  '2026-01-01T12:00:60Z',
  '2026-01-01T12:00:00,5Z',
  '2026-01-01T12:00:00.1234567890Z',
  '2026-01-01T12:00:00+23:00',
  '2026-01-01T12:00:00+1',
  '2026-01-01T12Z',
  ' 2026-01-01',
  '2026-01-01\n',
  '٢٠٢٦-01-01',
])('%j is none', (text) => {
  expect(readTime(text)).toBeUndefined();
});

it('what is read is the same moment to JavaScript, whichever it is', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true }),
      (date) => {
        expect(new Date(readTime(date.toISOString())?.text ?? '')).toEqual(date);
        expect(isDay(date.toISOString().slice(0, 10))).toBe(true);
      },
    ),
  );
});

it.each([
  ['2026-02-28T12:30:01.123456+00:00', '2026-02-28T12:30:01.123456Z'],
  ['2026-02-28T12:30:01+00:00', '2026-02-28T12:30:01.000000Z'],
  ['2026-02-28T00:30:01.5+02:00', '2026-02-27T22:30:01.500000Z'],
  ['2026-02-28T12:30:01.000000Z', '2026-02-28T12:30:01.000000Z'],
  ['2026-02-28', '2026-02-28T00:00:00.000000Z'],
])('%s is told as %s', (text, told) => {
  expect(wireTime(text)).toBe(told);
  expect(wireTime(told)).toBe(told);
});

it('tells nothing of what is no time', () => {
  expect(() => wireTime('yesterday')).toThrow('This is not a time: yesterday');
});
