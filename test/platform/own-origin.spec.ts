// Which pages may write: those of the very scheme, host and port by which a request calls us, or that is declared.
import { OwnOrigins } from '../../src/platform/http/own-origin.js';

const origins = new OwnOrigins(['stamp.example', 'ci.example:8443', '[2001:db8::1]:9000']);

it.each([
  // [Origin, scheme of the request, its host, ours?]
  ['http://localhost:8000', 'http', 'localhost:8000', true],
  ['http://LOCALHOST:8000', 'http', 'localhost:8000', true],
  ['http://localhost:8001', 'http', 'localhost:8000', false],
  ['http://localhost', 'http', 'localhost:8000', false],
  ['http://localhost:80', 'http', 'localhost', true],
  ['https://localhost:8000', 'http', 'localhost:8000', false],
  ['http://localhost:8000', 'https', 'localhost:8000', false],
  ['https://localhost:443', 'https', 'localhost', true],
  ['http://127.0.0.1:8000', 'http', 'localhost:8000', false],
  ['http://[::1]:8000', 'http', '[::1]:8000', true],
  ['https://stamp.example', 'https', 'stamp.example', true],
  ['https://stamp.example', 'http', '127.0.0.1:8000', true],
  ['http://stamp.example', 'http', '127.0.0.1:8000', true],
  ['http://stamp.example', 'https', 'stamp.example', false],
  ['https://stamp.example:3000', 'https', 'stamp.example', false],
  ['https://stamp.example:3000', 'http', '127.0.0.1:8000', false],
  ['https://stamp.example:3000', 'https', 'stamp.example:3000', true],
  ['https://ci.example:8443', 'http', '127.0.0.1:8000', true],
  ['https://ci.example', 'http', '127.0.0.1:8000', false],
  ['https://ci.example:8444', 'http', '127.0.0.1:8000', false],
  ['https://[2001:db8::1]:9000', 'http', 'localhost', true],
  ['https://x.stamp.example', 'http', 'localhost', false],
  ['https://stamp.example.evil.example', 'http', 'localhost', false],
  ['https://stamp.example@evil.example', 'http', 'localhost', false],
  ['https://evil.example#stamp.example', 'http', 'localhost', false],
  ['null', 'http', 'localhost', false],
  ['', 'http', 'localhost', false],
  ['file://', 'http', 'localhost', false],
  ['ftp://localhost', 'http', 'localhost', false],
  ['http://localhost/', 'http', 'localhost', false],
])('a page of %j, by %s at %s: %s', (origin, protocol, host, own) => {
  expect(origins.has(origin, { protocol: protocol as 'http' | 'https', host })).toBe(own);
});
