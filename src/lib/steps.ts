/** Work that can be left and taken up again: it pauses after about every few hundred items. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does all of the work at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Items between two pauses. */
const PACE = 256;

/** Whether it is time to pause after this many items. */
export function isPause(count: number): boolean {
  return count % PACE === 0;
}

/** Sorts a list in place of the one that is given. @param compare never 0 for two items of the list */
export function* sortInSteps<Item>(items: readonly Item[], compare: (a: Item, b: Item) => number): Steps<Item[]> {
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += PACE) {
    runs.push(items.slice(start, start + PACE).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [left = [], right] = [runs[at], runs[at + 1]];
      merged.push(right === undefined ? left : yield* mergeRuns(left, right, compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* mergeRuns<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Steps<Item[]> {
  const merged: Item[] = [];
  let at = 0;
  for (const item of right) {
    for (let next = left[at]; next !== undefined && compare(next, item) <= 0; next = left[++at]) merged.push(next);
    merged.push(item);
    if (isPause(merged.length)) yield;
  }
  for (const item of left.slice(at)) merged.push(item);
  return merged;
}
