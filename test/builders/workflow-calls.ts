// The calls of a workflow's story, short: `const { patch, ticketOf, historyOf } = workflowCalls(() => server)`.
import type { Test } from 'supertest';
import type { TestServer } from '../setup/test-server.js';
import { untilNumbered } from './numbered.js';

type Headers = Record<string, string>;

export interface HistoryRow {
  readonly id: number;
  readonly type: string;
  readonly severity: string;
  readonly actor: string;
  readonly subticket: number | null;
  readonly version: number | null;
  readonly line: string;
  readonly data: { before?: Record<string, unknown>; after?: Record<string, unknown>; cause?: string; reason?: string };
}

export interface WorkflowCalls {
  /** PATCH updateticketstatus. */
  patch(ticket: number | string, body: object, headers?: Headers): Test;
  /** PATCH updatesubticketstatus. */
  patchSubticket(subticket: number, body: object, headers?: Headers): Test;
  ticketOf(id: number): Promise<Record<string, any>>;
  subticketOf(id: number): Promise<Record<string, any>>;
  /** `200/000`. */
  positionOf(id: number): Promise<string>;
  historyOf(id: number, query?: string): Promise<HistoryRow[]>;
  /** For every project of the suite's database. */
  setMode(mode: 'free' | 'strict'): Promise<void>;
}

export function workflowCalls(server: () => TestServer): WorkflowCalls {
  const read = async (path: string): Promise<Record<string, any>> => (await server().http.get(path).expect(200)).body;
  const send = (path: string, body: object, headers: Headers = {}): Test =>
    server().http.patch(path).set(headers).send(body);
  return {
    patch: (ticket, body, headers) => send(`/api/v1/updateticketstatus/${ticket}/`, body, headers),
    patchSubticket: (subticket, body, headers) => send(`/api/v1/updatesubticketstatus/${subticket}/`, body, headers),
    ticketOf: (id) => read(`/api/v1/ticket/${id}/`),
    subticketOf: (id) => read(`/api/v1/subticket/${id}/`),
    positionOf: async (id) => {
      const ticket = await read(`/api/v1/ticket/${id}/`);
      return `${ticket.current_workflow_step}/${ticket.status}`;
    },
    historyOf: async (id, query = 'limit=0') => {
      await untilNumbered(server());
      return (await read(`/api/v1/ticket/${id}/history/?${query}`)).objects;
    },
    setMode: async (mode) => {
      await server().sql(`UPDATE project SET settings = settings || jsonb_build_object('workflow_mode', $1::text)`, [
        mode,
      ]);
    },
  };
}
