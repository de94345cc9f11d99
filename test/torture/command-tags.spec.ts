// What the proxy before Postgres reads: the same tags however the bytes arrive.
import { CommandTags } from '../setup/command-tags.js';

function message(letter: string, text: string): Buffer {
  const body = Buffer.from(text, 'latin1');
  const head = Buffer.alloc(5);
  head.write(letter, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const bytes = Buffer.concat([
  message('R', '\0\0\0\0'),
  message('D', 'C\0\0\0\x0bCOMMIT\0'.repeat(50)),
  message('C', 'UPDATE 1\0'),
  message('Z', 'T'),
  message('C', 'COMMIT\0'),
  message('Z', 'I'),
]);

it.each([1, 2, 3, 5, 7, 64, 10_000])('in chunks of %i bytes', (size) => {
  const tags = new CommandTags();
  const read: string[] = [];
  for (let at = 0; at < bytes.length; at += size) read.push(...tags.read(bytes.subarray(at, at + size)));
  expect(read).toEqual(['UPDATE 1', 'COMMIT']);
});
