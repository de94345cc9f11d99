// One request by https to a server of a test, whatever name its Host says, with the certificate that it showed.
import https from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface HttpsReply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
  /** The common name of the certificate. */
  readonly certificate: string;
}

/** Rejects where `ca` doesn't vouch for the server, or nobody answers. */
export function callHttps(
  port: number,
  path: string,
  { ca, headers = {}, method = 'GET', body = '' }: HttpsCall,
): Promise<HttpsReply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, ca, servername: 'stamp.example', agent: false as const };
    const request = https.request({ ...options, headers: { host: 'stamp.example', ...headers } }, (reply) => {
      const certificate = String((reply.socket as TLSSocket).getPeerCertificate().subject.CN);
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (chunk: string) => (text += chunk));
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: text, certificate }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

interface HttpsCall {
  readonly ca: string | string[];
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly body?: string;
}
