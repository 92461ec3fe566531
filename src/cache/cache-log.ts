/** Where caches report trouble with a store. A subset of the gateway's logger. */
export interface CacheLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}
