import { version } from '../lib/package-info.ts';
import type { ConfigStatus } from '../runtime/config-status.ts';
import type { BoundAddress } from '../runtime/listen/listen-address.ts';

/** What there is to tell when all listeners are open. */
export interface ReadyFacts {
  readonly proxy: readonly BoundAddress[];
  /** For connections that are not HTTP. */
  readonly stream: readonly BoundAddress[];
  readonly admin: readonly BoundAddress[];
  readonly config: ConfigStatus['running'];
}

/** One JSON line for scripts that start gw: `{"ready":true,"pid":…,"proxy":[{"host","port","url"}],"stream":[…],"admin":[…],…}`. */
export function readyJson({ proxy, stream, admin, config }: ReadyFacts): string {
  return JSON.stringify({
    ready: true,
    version,
    pid: process.pid,
    proxy,
    stream,
    admin,
    config: { hash: config.hash, sources: config.sources },
  });
}

/** The same for people. */
export function readyText({ proxy, stream, admin, config }: ReadyFacts): string {
  const files =
    config.sources.length === 0 ? 'no config yet: POST one to /config of the Admin API' : config.sources.join(', ');
  const lines = [`gw ${version} runs ${files}`];
  for (const { url } of proxy) lines.push(`  proxy      ${url}`);
  for (const { url } of stream) lines.push(`  streams    ${url}`);
  for (const { url } of admin) lines.push(`  admin API  ${url}`);
  if (admin.length === 0) lines.push('  admin API  off');
  return lines.join('\n');
}
