import type { AcceptedEdit, Edited, WriterSession } from './writer-session.ts';

/**
 * Puts a group of edits in force. When they cannot be compiled, each is tried alone: only the guilty is refused.
 * @returns those that are in force and not answered yet
 */
export function commitInMemory(session: WriterSession, group: readonly Edited[]): readonly AcceptedEdit[] {
  if (group.length === 0) return [];
  try {
    return session.apply(session.store.candidate(), group);
  } catch (error) {
    session.store.rollBack();
    return retry(session, group, error);
  }
}

function retry(session: WriterSession, group: readonly Edited[], error: unknown): readonly AcceptedEdit[] {
  const [first, ...others] = group;
  if (first !== undefined && others.length === 0) session.refuse(first.job, error);
  if (others.length === 0) return [];
  return group.flatMap(({ job }) => {
    const edited = session.edit(job);
    return edited === null ? [] : commitInMemory(session, [edited]);
  });
}
