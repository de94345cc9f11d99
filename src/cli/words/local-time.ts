// Times as people read them: of this machine's clock, as short as the day allows.

const two = (number: number): string => String(number).padStart(2, '0');

/** `14:03:07` today, else `2026-11-21 14:03`. */
export function localTime(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (dayOf(at) === dayOf(now)) return `${clock}:${two(at.getSeconds())}`;
  return `${dayOf(at)} ${clock}`;
}

/** For a person on a terminal in local time; piped as the server wrote it, which programs compare. */
export const timeFor = ({ isTerminal }: { readonly isTerminal: boolean }, iso: string): string =>
  isTerminal ? localTime(iso) : iso;

const dayOf = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

/** `3 min`: how long it is from then to now, in the largest unit that counts. */
export function since(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
