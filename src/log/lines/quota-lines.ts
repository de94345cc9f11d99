// The lines of quotas: how much of one is in use.
import { asLine } from './line.js';

/** `Quota nearly reached: 820 of 1000 events a minute, the project shop` */
export const quotaLine = (
  told: 'nearly' | 'reached',
  used: number,
  limit: number,
  what: string,
  name: string,
): string => asLine(`Quota ${told === 'nearly' ? 'nearly reached' : 'reached'}: ${used} of ${limit} ${what}, ${name}`);
