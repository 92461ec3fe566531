import type { Edited, WriterSession } from './writer-session.ts';

/** Puts a group of edits in force. When they cannot be compiled, each is tried alone: only the guilty is refused. */
export function commitInMemory(session: WriterSession, group: readonly Edited[]): number {
  if (group.length === 0) return 0;
  const oldHash = session.hash;
  try {
    session.apply(session.store.candidate(), group.length);
  } catch (error) {
    session.store.rollBack();
    return retry(session, group, error);
  }
  for (const edited of group) session.accept(edited, oldHash);
  return group.filter(({ changes }) => changes.length > 0).length;
}

function retry(session: WriterSession, group: readonly Edited[], error: unknown): number {
  const [first, ...others] = group;
  if (first !== undefined && others.length === 0) session.refuse(first.job, error);
  if (others.length === 0) return 0;
  let accepted = 0;
  for (const { job } of group) {
    const edited = session.edit(job);
    if (edited !== null) accepted += commitInMemory(session, [edited]);
  }
  return accepted;
}
