/** What came of an expression that matched. */
export interface ExpressionMatch {
  /**
   * What `strip_path` takes away: the value that the last true condition on `http.path` compared with, or all that
   * its regular expression matched; `null` when there is no such condition.
   */
  readonly pathPrefix: string | null;
  /** Groups of all regular expressions by number and name, `0` the last whole match; `null` without groups. */
  readonly captures: ReadonlyMap<string, string> | null;
}

/**
 * Notes what the conditions of an expression match while it is tried. As in Kong nothing is taken back: a condition
 * that held counts even where the expression around it turned out not to.
 */
export class MatchRecord {
  path: string | null = null;
  #whole = '';
  #groups: Map<string, string> | null = null;
  #isUnreadable = false;

  /** True when a value that was asked for is not UTF-8: such a request matches nothing. */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  reset(): void {
    this.path = null;
    this.#whole = '';
    this.#groups = null;
    this.#isUnreadable = false;
  }

  addRegex(whole: string, groups: ReadonlyMap<string, string>): void {
    this.#whole = whole;
    if (groups.size === 0) return;
    this.#groups ??= new Map();
    for (const [name, value] of groups) this.#groups.set(name, value);
  }

  /** For the end of a condition: it does not hold, and neither does anything else. */
  giveUp(): false {
    this.#isUnreadable = true;
    return false;
  }

  toMatch(): ExpressionMatch {
    if (this.#groups === null) return { pathPrefix: this.path, captures: null };
    return { pathPrefix: this.path, captures: new Map([['0', this.#whole], ...this.#groups]) };
  }
}
