import { indexOfHeader } from '../../lib/header-list.ts';
import { hasGrpcType } from '../../runtime/grpc-answer.ts';
import type { ModelRoute } from './model-route.ts';
import type { HttpQuestion } from './question.ts';

/** An answer that the gateway gives itself, before plugins. */
export interface OwnAnswer {
  readonly reason: 'https' | 'grpc' | 'websocket' | 'no service' | 'no route' | 'bad request';
  readonly status: number;
  /** The Location header of a redirect. */
  readonly redirect: string | null;
  readonly message: string;
}

/** What the gateway answers itself to a request of a route; `null` when it goes to the upstream. */
export function ownAnswer(target: ModelRoute, question: HttpQuestion): OwnAnswer | null {
  const { kind, isTlsOnly } = target.demands;
  const lacksTls = isTlsOnly && question.scheme !== 'https';
  const refused = kind === 'grpc' ? refuseGrpc(question, lacksTls) : refuseHttp(target, question, lacksTls);
  if (refused !== null) return refused;
  return target.service === null ? answer('no service', 503, 'no Service found with those values') : null;
}

/** The same decisions as `protocol-refusal.ts` of the runtime takes on exchanges. */
function refuseHttp({ route, demands }: ModelRoute, question: HttpQuestion, lacksTls: boolean): OwnAnswer | null {
  if (lacksTls) return demandTls(route.https_redirect_status_code, question);
  if (demands.kind !== 'websocket' || headerOf(question, 'upgrade').toLowerCase() === 'websocket') return null;
  return answer('websocket', 426, 'Please use the WebSocket protocol');
}

function demandTls(status: number, { host, target }: HttpQuestion): OwnAnswer {
  if (status === 426) return answer('https', status, 'Please use HTTPS protocol');
  const [name = ''] = host.split(':');
  return {
    ...answer('https', status, 'the route demands https'),
    redirect: `https://${name.toLowerCase()}${target}`,
  };
}

function refuseGrpc(question: HttpQuestion, lacksTls: boolean): OwnAnswer | null {
  if (!hasGrpcType(headerOf(question, 'content-type'))) {
    return answer('grpc', 415, 'Non-gRPC request matched gRPC route');
  }
  if (question.httpVersion === 1) return answer('grpc', 426, 'Please use HTTP2 protocol');
  return lacksTls ? answer('grpc', 200, 'gRPC request matched gRPCs route') : null;
}

function headerOf({ rawHeaders }: HttpQuestion, name: string): string {
  const at = indexOfHeader(rawHeaders, name, 0);
  return at < 0 ? '' : (rawHeaders[at + 1] ?? '');
}

function answer(reason: OwnAnswer['reason'], status: number, message: string): OwnAnswer {
  return { reason, status, redirect: null, message };
}
