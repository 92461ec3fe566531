import type { Readable, Writable } from 'node:stream';
import type { JsonValue } from '../../lib/json.ts';
import { answerRecord } from './answer-record.ts';
import { readQuestion } from './read-question.ts';
import type { RoutingModel } from './routing-model.ts';

/** No request head is longer; a line that is gets an error instead of memory. */
const MAX_LINE = 1024 * 1024;

/** Answers are handed on in pieces of about this many characters. */
const PIECE = 64 * 1024;

/**
 * Answers a stream of requests, one JSON object a line, with one JSON object a line in the same order; empty lines are
 * left out. Holds no more than a piece of either stream, and reads no faster than answers are taken.
 *
 * @returns how many lines could not be answered
 */
export async function explainRequests(model: RoutingModel, input: Readable, output: Writable): Promise<number> {
  const lines = new LineAnswers(model);
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    lines.read(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    if (lines.isFull && !(await write(output, lines.take()))) return lines.bad;
  }
  lines.read(decoder.decode());
  lines.end();
  await write(output, lines.take());
  return lines.bad;
}

/** Cuts text into lines and gathers their answers. */
class LineAnswers {
  bad = 0;
  readonly #model: RoutingModel;
  #rest = '';
  #isTooLong = false;
  #line = 0;
  #answers = '';

  constructor(model: RoutingModel) {
    this.#model = model;
  }

  get isFull(): boolean {
    return this.#answers.length >= PIECE;
  }

  read(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#answer(this.#rest + text.slice(start, end));
      this.#rest = '';
      start = end + 1;
    }
    this.#rest += text.slice(start);
    if (this.#rest.length <= MAX_LINE) return;
    this.#isTooLong = true;
    this.#rest = '';
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.#rest !== '' || this.#isTooLong) this.#answer(this.#rest);
    this.#rest = '';
  }

  take(): string {
    const answers = this.#answers;
    this.#answers = '';
    return answers;
  }

  #answer(text: string): void {
    this.#line++;
    const isTooLong = this.#isTooLong || text.length > MAX_LINE;
    this.#isTooLong = false;
    if (isTooLong) this.#refuse(`the line is longer than ${MAX_LINE} characters`);
    else if (!/^\s*$/.test(text)) this.#answerRequest(text);
  }

  #answerRequest(text: string): void {
    let value: JsonValue;
    try {
      value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as JsonValue;
    } catch {
      this.#refuse('the line is not JSON: write one request per line, such as {"method":"GET","url":"http://host/"}');
      return;
    }
    const result = readQuestion(value);
    if ('problem' in result) {
      this.#refuse(result.problem.message);
      return;
    }
    const record = answerRecord(this.#model.answer(result.question));
    this.#answers += `${JSON.stringify({ line: this.#line, ...record })}\n`;
  }

  #refuse(error: string): void {
    this.bad++;
    this.#answers += `${JSON.stringify({ line: this.#line, error })}\n`;
  }
}

/** False when nobody reads any more. */
async function write(output: Writable, text: string): Promise<boolean> {
  if (text === '') return true;
  if (output.destroyed) return false;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      output.off('close', done);
      resolve();
    };
    output.once('close', done);
    output.write(text, done);
  });
  return !output.destroyed;
}
