import { isAlias, isCollection, isMap, isScalar, isSeq, type Node, type Pair, Scalar } from 'yaml';

/** A comment of the text, from its `#` to the end of its line. */
export interface Comment {
  readonly start: number;
  readonly text: string;
}

/** The comments and anchors of a text: what must not be lost when something around them goes. */
export class TextMarks {
  readonly comments: readonly Comment[];
  readonly #anchors: { readonly name: string; readonly at: number }[] = [];
  readonly #aliases: { readonly name: string; readonly at: number }[] = [];

  constructor(text: string, root: Node | null) {
    const scalars: Node[] = [];
    this.#visit(root, scalars);
    this.comments = findComments(text, scalars);
  }

  /** Comments that begin between two offsets. */
  commentsIn(start: number, end: number): readonly Comment[] {
    return this.comments.filter((comment) => comment.start >= start && comment.start < end);
  }

  /** The name of an anchor in a stretch of the text that an alias outside of it uses; `null` when there is none. */
  sharedAnchor(start: number, end: number): string | null {
    const isInside = ({ at }: { readonly at: number }): boolean => at >= start && at < end;
    const outside = new Set(this.#aliases.filter((alias) => !isInside(alias)).map(({ name }) => name));
    return this.#anchors.find((anchor) => isInside(anchor) && outside.has(anchor.name))?.name ?? null;
  }

  /** Whether an alias outside of a stretch uses an anchor of this name. */
  isUsedOutside(name: string, start: number, end: number): boolean {
    return this.#aliases.some((alias) => alias.name === name && (alias.at < start || alias.at >= end));
  }

  #visit(node: Node | null, scalars: Node[]): void {
    if (node === null) return;
    const at = node.range?.[0] ?? 0;
    if (isAlias(node)) this.#aliases.push({ name: node.source, at });
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
      this.#anchors.push({ name: node.anchor, at });
    }
    if (isScalar(node)) scalars.push(node);
    if (isSeq(node)) for (const item of node.items) this.#visit(item as Node | null, scalars);
    if (!isMap(node)) return;
    for (const item of node.items) {
      const { key, value } = item as Pair<Node, Node | null>;
      this.#visit(key, scalars);
      this.#visit(value, scalars);
    }
  }
}

/** What begins with `#` between the scalars is a comment; so is what stands behind the `|` of a block. */
function findComments(text: string, scalars: readonly Node[]): readonly Comment[] {
  const comments: Comment[] = [];
  const collect = (start: number, end: number): void => {
    for (const { 0: found, 1: comment = '', index } of text.slice(start, end).matchAll(/(?:^|[ \t\n\r])(#[^\r\n]*)/g)) {
      comments.push({ start: start + index + found.length - comment.length, text: comment.trimEnd() });
    }
  };
  let position = 0;
  for (const scalar of scalars) {
    const [start, end] = scalar.range ?? [position, position];
    if (start > position) collect(position, start);
    if (isScalar(scalar) && (scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED)) {
      const header = text.indexOf('\n', start);
      collect(start + 1, header < 0 ? end : header);
    }
    position = Math.max(position, end);
  }
  collect(position, text.length);
  return comments;
}
