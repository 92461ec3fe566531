import type { Characters, Group, PatternNode } from './pattern-syntax.ts';

/** How many ways there may be to go on where the next character does not decide. */
const MAX_WAYS = 16;

/**
 * Whether an engine that backtracks takes time linear in the length of the text. It does where the next character
 * decides whether to repeat once more, and which alternative to take: going back then fails at once. One repetition of
 * which that is not true is allowed if nothing behind it is repeated: what it tries again and again takes no longer
 * than the pattern is.
 */
export function isLinear(nodes: readonly PatternNode[]): boolean {
  const analysis = new Analysis();
  analysis.firstOf(nodes, 0n);
  return analysis.isLinear;
}

/** Walks from the end of the pattern to its start, since what comes next decides. */
class Analysis {
  isLinear = true;
  #ways = 1;
  /** Whether anything behind is repeated. */
  #hasLoop = false;

  /** The characters that a sequence can begin with, given those that can follow it. */
  firstOf(nodes: readonly PatternNode[], follow: bigint): bigint {
    return nodes.reduceRight((next, node) => this.#firstOfNode(node, next), follow);
  }

  #firstOfNode(node: PatternNode, follow: bigint): bigint {
    if (node.kind === 'end') return 0n;
    return node.kind === 'group' ? this.#firstOfGroup(node, follow) : this.#firstOfCharacters(node, follow);
  }

  #firstOfCharacters({ set, min, max }: Characters, follow: bigint): bigint {
    if (min !== max) {
      const isLoop = max > 1;
      const isUndecided = (set & follow) !== 0n;
      if (isUndecided && isLoop && this.#hasLoop) this.isLinear = false;
      if (isUndecided && !isLoop) this.#multiply(2);
      this.#hasLoop ||= isLoop;
    }
    return min === 0 ? set | follow : set;
  }

  #firstOfGroup({ branches, isOptional }: Group, follow: bigint): bigint {
    let all = 0n;
    let isUndecided = false;
    for (const branch of branches) {
      const first = this.firstOf(branch, follow);
      if ((all & first) !== 0n) isUndecided = true;
      all |= first;
      // JavaScript takes an optional group that matches nothing for absent.
      if (isOptional && isNullable(branch)) this.isLinear = false;
    }
    if (isUndecided) this.#multiply(branches.length);
    if (isOptional && (all & follow) !== 0n) this.#multiply(2);
    return isOptional ? all | follow : all;
  }

  #multiply(ways: number): void {
    this.#ways *= ways;
    if (this.#ways > MAX_WAYS) this.isLinear = false;
  }
}

function isNullable(nodes: readonly PatternNode[]): boolean {
  return nodes.every((node) => {
    if (node.kind === 'characters') return node.min === 0;
    return node.kind === 'end' || node.isOptional || node.branches.some(isNullable);
  });
}
