import { GatewayError } from '../pdk/errors.ts';

/** What went wrong on the caller's side while its body was read. */
export type BodyFault = 'too large' | 'too slow' | 'broken off';

/** Status, Kong's text, and what the log says. */
const ANSWERS: Readonly<Record<BodyFault, readonly [number, string, string]>> = {
  'too large': [413, 'Payload too large', 'the request body is larger than client_max_body_size'],
  'too slow': [408, 'Request timeout', 'nothing of the request body came within client_body_timeout'],
  'broken off': [400, 'Bad request', 'the caller went away while sending its body'],
};

/** The caller's body cannot be had, through no fault of an upstream. The rest of it is not read. */
export class RequestBodyError extends GatewayError {
  constructor(fault: BodyFault) {
    const [status, publicMessage, message] = ANSWERS[fault];
    super({ code: 'ERR_REQUEST_BODY', status, publicMessage, message });
  }
}
