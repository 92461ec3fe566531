import type { EntityRef, Protocol } from './entity.ts';

/** A source or destination of a stream route. */
export interface RouteEndpoint {
  readonly ip: string | null;
  readonly port: number | null;
}

/** A matching rule, with every default filled in. `null` means the attribute takes no part in matching. */
export interface Route {
  readonly id: string;
  readonly name: string | null;
  readonly service: EntityRef | null;
  readonly protocols: readonly Protocol[];
  readonly methods: readonly string[] | null;
  readonly hosts: readonly string[] | null;
  /** Plain prefixes, or regular expressions when they begin with `~`. */
  readonly paths: readonly string[] | null;
  /** Header name as written → accepted values; a value `~*re` is a regular expression. */
  readonly headers: Readonly<Record<string, readonly string[]>> | null;
  readonly snis: readonly string[] | null;
  readonly sources: readonly RouteEndpoint[] | null;
  readonly destinations: readonly RouteEndpoint[] | null;
  readonly https_redirect_status_code: number;
  readonly regex_priority: number;
  readonly strip_path: boolean;
  readonly path_handling: 'v0' | 'v1';
  readonly preserve_host: boolean;
  readonly request_buffering: boolean;
  readonly response_buffering: boolean;
  /** Of the router flavor `expressions`; stands in for all other conditions. */
  readonly expression: string | null;
  /** Order among routes with an expression, the greatest first; `null` counts as 0. */
  readonly priority: number | null;
  readonly tags: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}
