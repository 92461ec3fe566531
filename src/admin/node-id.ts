import { randomUUID } from 'node:crypto';

/** What tells this process from others, in answers that are true of it alone. */
export const nodeId: string = randomUUID();
