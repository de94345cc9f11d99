// Certificates for localhost, 127.0.0.1 and stamp.example, signed by themselves and good for a century, for servers of tests.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const fileOf = (name: string): string => fileURLToPath(new URL(`certificates/${name}.pem`, import.meta.url));

const pair = (name: string) => {
  const files = { cert: fileOf(`${name}.cert`), key: fileOf(`${name}.key`) };
  return { files, cert: fs.readFileSync(files.cert, 'utf8'), key: fs.readFileSync(files.key, 'utf8') };
};

export const FIRST = pair('first');
export const SECOND = pair('second');
