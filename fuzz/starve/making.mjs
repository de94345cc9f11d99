// What attacks are made of: requests, forms, fresh names, connections that nobody reads.
import { randomUUID } from 'node:crypto';
import net from 'node:net';

/**
 * @typedef {{base: string, ticket: number, modulePath: string, operations: {operationId: string, path: string}[]}} Ground
 * @typedef {{send: (path: string, options?: RequestInit) => Promise<number>, client: number, turn: number, seconds: number, ground: Ground}} Turn
 * @typedef {{
 *   name: string, covers: RegExp, prepare?: (ground: Ground) => Promise<void>, once: (turn: Turn) => Promise<unknown>,
 *   neverDone?: string
 * }} Attack
 * `prepare`: what it works on, before anything is measured. Each does at least once what it asks for (2xx), or `neverDone` says
 * why it can't: an attack that is only refused says little.
 */

export const JSON_BODY = { 'content-type': 'application/json' };
export const patch = (body) => ({ method: 'PATCH', headers: JSON_BODY, body: JSON.stringify(body) });
export const post = (body) => ({ method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) });
export const several = (count, one) => Array.from({ length: count }, (_, index) => one(index));
export const fresh = () => randomUUID().slice(0, 8).toUpperCase();

/** The operations of a family take turns. */
export const inTurn = ({ ground, turn, client }, family) => {
  const all = ground.operations.filter(({ operationId }) => family.test(operationId));
  return all[(turn * 16 + client) % all.length].path;
};

export function form(texts, files) {
  const made = new FormData();
  for (const [name, text] of Object.entries(texts)) made.append(name, text);
  for (const [path, content] of Object.entries(files)) made.append('file', new Blob([content]), path);
  return { method: 'POST', body: made };
}

/** Connections that ask and never read, held for as long as the attack lasts. */
export const holdUnread =
  (path) =>
  ({ ground, seconds, client }) =>
    new Promise((resolve) => {
      const { hostname, port } = new URL(ground.base);
      const sockets = several(client % 4 === 0 ? 3 : 4, () => net.connect(Number(port), hostname));
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.pause();
        socket.write(`GET ${path ?? ground.modulePath} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      }
      setTimeout(() => {
        for (const socket of sockets) socket.destroy();
        resolve(undefined);
      }, seconds * 1000);
    });
