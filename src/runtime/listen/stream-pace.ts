import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ListenLimits } from './listen-limits.ts';

/** Ends HTTP/2 streams whose client does not take its answer, as `ClientPace` does for HTTP/1.1. */
export class StreamPace {
  readonly #sendMs: number;

  constructor(limits: ListenLimits) {
    this.#sendMs = limits.sendTimeoutMs;
  }

  watch(stream: ServerHttp2Stream): void {
    if (this.#sendMs === 0) return;
    stream.setTimeout(this.#sendMs, () => {
      if (stream.writableLength > 0) stream.close(constants.NGHTTP2_CANCEL);
      else stream.setTimeout(this.#sendMs);
    });
  }
}
