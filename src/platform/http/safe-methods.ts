// Methods that ask and change nothing (RFC 9110, 9.2.1).

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafe = (method: string): boolean => SAFE.has(method);
