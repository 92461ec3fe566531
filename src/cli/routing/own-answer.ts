import { indexOfHeader } from '../../lib/header-list.ts';
import type { ModelRoute } from './model-route.ts';
import type { HttpQuestion } from './question.ts';

/** An answer that the gateway gives itself, before plugins. */
export interface OwnAnswer {
  readonly reason: 'https' | 'grpc' | 'no service' | 'no route' | 'bad request';
  readonly status: number;
  /** The Location header of a redirect. */
  readonly redirect: string | null;
  readonly message: string;
}

/** What the gateway answers itself to a request of a route; `null` when it goes to the upstream. */
export function ownAnswer(target: ModelRoute, question: HttpQuestion): OwnAnswer | null {
  if (target.isHttpsOnly && question.scheme !== 'https') return demandHttps(target, question);
  const grpc = refuseGrpc(target, question);
  if (grpc !== null) return grpc;
  if (target.service !== null) return null;
  return { reason: 'no service', status: 503, redirect: null, message: 'no Service found with those values' };
}

/** Kong's answer to a plain-http request for a route that wants https (routing.md §6). */
function demandHttps({ route }: ModelRoute, { host, target }: HttpQuestion): OwnAnswer {
  const status = route.https_redirect_status_code;
  if (status === 426) return { reason: 'https', status, redirect: null, message: 'Please use HTTPS protocol' };
  const [name = ''] = host.split(':');
  return {
    reason: 'https',
    status,
    redirect: `https://${name.toLowerCase()}${target}`,
    message: 'the route demands https',
  };
}

function refuseGrpc({ route }: ModelRoute, question: HttpQuestion): OwnAnswer | null {
  const isPlain = route.protocols.includes('grpc');
  if (!isPlain && !route.protocols.includes('grpcs')) return null;
  const at = indexOfHeader(question.rawHeaders, 'content-type', 0);
  const type = at < 0 ? '' : (question.rawHeaders[at + 1] ?? '');
  if (!type.startsWith('application/grpc')) {
    return { reason: 'grpc', status: 415, redirect: null, message: 'Non-gRPC request matched gRPC route' };
  }
  if (question.httpVersion === 1) {
    return { reason: 'grpc', status: 426, redirect: null, message: 'Please use HTTP2 protocol' };
  }
  if (isPlain || question.scheme === 'https') return null;
  return { reason: 'grpc', status: 200, redirect: null, message: 'gRPC request matched gRPCs route' };
}
