import t from 'tap';
import { sha256, uuidV5 } from '../../src/lib/digest.ts';

void t.test('makes the version 5 UUID of the RFC 9562 example', (t) => {
  t.equal(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'), '2ed6657d-e927-568b-95e1-2665a8aea6a2');
  t.end();
});

void t.test('digests to 43 base64url characters', (t) => {
  t.equal(sha256(''), '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
  t.end();
});
