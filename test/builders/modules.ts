// Uploads as clients make them: `await upload(server, ticket.id, { specifier: 'cart' }, { 'cart.js': 'export default 1' })`.
import { createHash } from 'node:crypto';
import type { BuiltTicket } from './ticket.builder.js';
import type { TestServer } from '../setup/test-server.js';

export interface UploadReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: any;
}

/** Texts of a form; a list is a field that is repeated. */
export type FormTexts = Readonly<Record<string, string | readonly string[]>>;
/** Contents by path. */
export type FormFiles = Readonly<Record<string, string | Uint8Array>>;

export function formOf(texts: FormTexts, files: FormFiles): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(texts)) for (const one of [value].flat()) form.append(name, one);
  for (const [path, content] of Object.entries(files)) {
    form.append('file', new Blob([typeof content === 'string' ? content : Buffer.from(content)]), path);
  }
  return form;
}

export async function postForm(
  server: TestServer,
  url: string,
  form: FormData,
  headers: Record<string, string> = {},
): Promise<UploadReply> {
  const reply = await fetch(server.base + url, { method: 'POST', body: form, headers });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, text, body: text === '' ? null : JSON.parse(text) };
}

export const upload = (
  server: TestServer,
  ticket: number | string,
  texts: FormTexts,
  files: FormFiles,
  headers: Record<string, string> = {},
): Promise<UploadReply> => postForm(server, `/api/v1/ticket/${ticket}/modules/`, formOf(texts, files), headers);

/** What a ticket's uploads are tried with. */
export class UploadsOf {
  constructor(
    private readonly server: TestServer,
    readonly ticket: BuiltTicket,
  ) {}

  put(texts: FormTexts, files: FormFiles, headers: Record<string, string> = {}): Promise<UploadReply> {
    return upload(this.server, this.ticket.id, texts, files, headers);
  }

  /** JSON instead of a form. */
  post(body: object) {
    return this.server.http.post(`/api/v1/ticket/${this.ticket.id}/modules/`).send(body);
  }

  /** The last revision's operations, as `specifier → url`. */
  async delta(): Promise<Record<string, string | null>> {
    const [row] = await this.server.sql<{ operations: { specifier: string; set: { url: string } | null }[] }>(
      'SELECT operations FROM map_revision WHERE ticket_id = $1 ORDER BY number DESC LIMIT 1',
      [this.ticket.id],
    );
    return Object.fromEntries((row?.operations ?? []).map(({ specifier, set }) => [specifier, set?.url ?? null]));
  }
}

/** The texts of an upload's warnings of what leads nowhere. */
export const dangling = ({ body }: UploadReply): string[] =>
  body.warnings
    .filter((one: { code: string }) => one.code === 'dangling')
    .map((one: { message: string }) => one.message);

export const hashOf = (bytes: string | Uint8Array, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash(algorithm).update(bytes).digest(encoding);

export const textAt = async (url: string): Promise<string> => (await fetch(url)).text();
