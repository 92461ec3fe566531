import { rowsOf } from '../../config/store/entity-lists.ts';
import { allKinds } from '../../entities/kinds.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { AdminReply } from '../../pdk/admin.ts';
import type { ConfigWriter } from '../../runtime/config-writer.ts';
import type { Gateway } from '../../runtime/gateway.ts';
import type { AuditLog } from '../audit-log.ts';
import { readConfigBody } from '../config-body.ts';
import { configErrorBody } from '../config-errors.ts';
import { renderConfig } from '../config-text.ts';
import { type AdminCall, AdminError, type Endpoint } from '../endpoint.ts';
import type { Presenter } from '../presenter.ts';

/** What findings about a posted config call it. */
const POSTED = 'posted config';
/** A secret that a read-only answer of ours masked. Quoted: bare it would be a YAML list. */
const maskedSecret = /(["'])\[redacted\]\1/;

/** `GET /config` shows the config in force, `POST /config` replaces all of it, or nothing when it has errors. */
export function configEndpoints(
  gateway: Gateway,
  writer: ConfigWriter,
  presenter: Presenter,
  audit: AuditLog,
): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/config',
      handle: ({ showsSecrets }) => {
        const config = renderConfig(gateway.snapshot.entities, presenter, showsSecrets);
        return { status: 200, body: { config } };
      },
    },
    {
      method: 'POST',
      path: '/config',
      handle: async (call) => {
        const oldHash = gateway.snapshot.hash;
        const reply = await replaceConfig(call, writer, presenter);
        if (gateway.snapshot.hash !== oldHash) audit.replaced(call.origin, oldHash, gateway.snapshot.hash);
        return reply;
      },
    },
  ];
}

async function replaceConfig(call: AdminCall, writer: ConfigWriter, presenter: Presenter): Promise<AdminReply> {
  const text = readConfigBody(call);
  if (maskedSecret.test(text)) {
    throw new AdminError(400, {
      message: 'the config holds "[redacted]", which stands for a secret: put the secret or a vault reference there',
    });
  }
  const outcome = await writer.replaceConfig(text, POSTED);
  switch (outcome.kind) {
    case 'applied':
      return { status: 201, body: keyedById(outcome.result.entities, presenter, call) };
    case 'unchanged':
      if (isOn(call.query.check_hash)) return { status: 304 };
      return { status: 201, body: keyedById(outcome.result.entities, presenter, call) };
    case 'rejected':
      throw new AdminError(400, configErrorBody(outcome.result.diagnostics, text, isOn(call.query.flatten_errors)));
    case 'unreadable':
      throw new AdminError(400, { message: outcome.message });
  }
}

function isOn(argument: string | undefined): boolean {
  return argument === '1' || argument === 'true';
}

function keyedById(
  entities: EntitySet | null,
  presenter: Presenter,
  { showsSecrets }: AdminCall,
): Readonly<Record<string, unknown>> {
  const collections = allKinds.map((kind) => {
    const rows = entities === null ? [] : rowsOf(entities, kind);
    return [kind, Object.fromEntries(rows.map((row) => [row.id, presenter.present(kind, row, showsSecrets)]))] as const;
  });
  return Object.fromEntries(collections.filter(([, rows]) => Object.keys(rows).length > 0));
}
