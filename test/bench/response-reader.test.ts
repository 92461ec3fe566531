import t from 'tap';
import { ResponseReader } from '../../bench/response-reader.ts';

const fixed = 'HTTP/1.1 200 OK\r\nDate: x\r\ncontent-LENGTH: 5\r\n\r\nhello';
const chunked =
  'HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123\r\n6789\r\n0\r\nT: 1\r\n\r\n';
const empty = 'HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n';

/** Feeds a text in pieces of the given size; says after how many bytes the reader called it complete. */
function completeAfter(reader: ResponseReader, text: string, pieceSize: number): number[] {
  const bytes = Buffer.from(text, 'latin1');
  const complete: number[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize) {
    const piece = bytes.subarray(at, at + pieceSize);
    if (reader.read(piece, piece.length)) complete.push(at + piece.length);
  }
  return complete;
}

for (const [name, text, status, size] of [
  ['with a length', fixed, 200, 5],
  ['in chunks', chunked, 503, 15],
  ['without a body', empty, 204, 0],
] as const) {
  t.test(`finds the end of a response ${name}, in pieces of any size`, (t) => {
    for (let pieceSize = 1; pieceSize <= text.length; pieceSize += 1) {
      const reader = new ResponseReader();
      const found = [completeAfter(reader, text, pieceSize), reader.status, reader.bodyBytes];
      if (!t.same(found, [[text.length], status, size], `pieces of ${pieceSize}`)) break;
    }
    t.end();
  });
}

t.test('reads one response after the other', (t) => {
  const reader = new ResponseReader();
  for (const text of [fixed, chunked, empty, fixed]) t.same(completeAfter(reader, text, 7), [text.length]);
  t.end();
});

t.test('refuses what is no plain HTTP/1.1 response', (t) => {
  const read = (text: string) => () => new ResponseReader().read(Buffer.from(text), text.length);
  t.throws(read('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'), /not an HTTP\/1.1 response/);
  t.throws(read(`${fixed}HTTP`), /bytes after the end/);
  t.throws(read('HTTP/1.1 200 OK\r\n\r\n'), /without a length/);
  t.end();
});
