import { EntityProblem, problemNames } from '../config/store/entity-problem.ts';
import { WriteRefused } from '../runtime/config-writer.ts';
import { AdminError } from './endpoint.ts';

/** Kong's number for two entities that may not be alike: the one problem that is a conflict. */
const UNIQUE_VIOLATION = 5;

/** Kong's answer to a write that was not done; `null` when `error` is something else. */
export function refusalOf(error: unknown): AdminError | null {
  if (error instanceof AdminError) return error;
  if (error instanceof EntityProblem) {
    const { code, message, fields } = error;
    return new AdminError(code === UNIQUE_VIOLATION ? 409 : 400, { code, name: problemNames[code], message, fields });
  }
  if (!(error instanceof WriteRefused)) return null;
  const { status, message } = error;
  // What the gateway cannot run is a fault of the entity as a whole, whichever rule found it.
  if (status === 400) {
    return new AdminError(400, { code: 2, name: problemNames[2], message, fields: { '@entity': [message] } });
  }
  return new AdminError(status, { message });
}
