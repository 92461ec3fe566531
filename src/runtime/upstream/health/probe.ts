import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import type { ActiveHealthChecks } from '../../../entities/upstream.ts';
import type { Member } from '../endpoint.ts';
import type { HealthSign } from './health-rules.ts';
import { probeGrpc } from './probe-grpc.ts';
import { outcome, type ProbeTarget, type ProbeTls } from './probe-outcome.ts';

/** One look at an address. Never rejects; ends after its timeout; keeps no process alive. */
export type Probe = (member: Member) => Promise<HealthSign>;

/** What probes of one upstream have in common. */
export interface ProbeSettings {
  readonly checks: ActiveHealthChecks;
  /** The upstream's own Host, in place of the target's name. */
  readonly hostHeader: string | null;
  /** Shown to targets that ask for one. */
  readonly clientCertificate: { readonly cert: string; readonly key: string } | null;
}

/** As for Lua's sockets, which Kong's checks use, 0 stands for a minute. */
const DEFAULT_TIMEOUT_MS = 60_000;

/** The probe that an upstream's active checks ask for. */
export function probeOf(settings: ProbeSettings): Probe {
  const { checks, hostHeader } = settings;
  const isTls = checks.type === 'https' || checks.type === 'grpcs';
  const timeoutMs = checks.timeout === 0 ? DEFAULT_TIMEOUT_MS : checks.timeout * 1000;
  return ({ endpoint, hostName }) => {
    const host = hostHeader ?? hostName;
    const tls = isTls ? tlsOf(settings, host) : null;
    const target = { ip: endpoint.ip, port: endpoint.port, host, timeoutMs, tls };
    switch (checks.type) {
      case 'tcp':
        return probeTcp(target);
      case 'http':
      case 'https':
        return probeHttp(target, checks);
      case 'grpc':
      case 'grpcs':
        return probeGrpc(target);
    }
  };
}

function tlsOf({ checks, clientCertificate }: ProbeSettings, host: string): ProbeTls {
  const name = checks.https_sni ?? host.replace(/:\d+$/, '');
  return {
    rejectUnauthorized: checks.https_verify_certificate,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(clientCertificate ?? {}),
  };
}

function probeTcp({ ip, port, timeoutMs }: ProbeTarget): Promise<HealthSign> {
  const socket = connect({ host: ip, port }).unref();
  return outcome(socket, timeoutMs, (settle) => {
    socket.on('connect', () => settle('success'));
    socket.on('error', () => settle('connection'));
  });
}

function probeHttp(target: ProbeTarget, { http_path, headers }: ActiveHealthChecks): Promise<HealthSign> {
  const options = {
    host: target.ip,
    port: target.port,
    path: http_path,
    agent: false as const,
    setHost: false,
    headers: { Host: target.host, Connection: 'close', ...mutable(headers ?? {}) },
  };
  const request: ClientRequest =
    target.tls === null ? requestHttp(options) : requestHttps({ ...options, ...target.tls });
  return outcome(request, target.timeoutMs, (settle) => {
    request.on('socket', (socket: Socket) => socket.unref());
    request.on('response', (response: IncomingMessage) => settle(response.statusCode ?? 0));
    // What is no HTTP counts as status 0; Kong does the same.
    request.on('error', (error: NodeJS.ErrnoException) => settle(error.code?.startsWith('HPE_') ? 0 : 'connection'));
    request.end();
  });
}

function mutable(headers: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]]));
}
