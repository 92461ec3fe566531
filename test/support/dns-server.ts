import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** A record as a test writes it down. */
export type ZoneRecord =
  | { readonly type: 'A' | 'AAAA'; readonly address: string; readonly ttl: number }
  | { readonly type: 'CNAME'; readonly target: string; readonly ttl: number }
  | {
      readonly type: 'SRV';
      readonly target: string;
      readonly port: number;
      readonly weight: number;
      readonly priority: number;
      readonly ttl: number;
    };

/** A name server on 127.0.0.1 that answers from a table. */
export interface DnsServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Names and their records. May be changed at any time. */
  readonly zone: Map<string, readonly ZoneRecord[]>;
  /** What was asked, as `name TYPE`, oldest first; over TCP with `tcp ` in front. */
  readonly queries: string[];
  /** How to answer: as the table says, with SERVFAIL, or not at all. */
  mode: 'answer' | 'fail' | 'silent';
  /** True to answer over UDP that the answer does not fit. */
  truncates: boolean;
  close(): Promise<void>;
}

const TYPES = { A: 1, CNAME: 5, AAAA: 28, SRV: 33 } as const;
const NAME_ERROR = 3;
const SERVER_FAILURE = 2;

/** Starts a name server. A name that is not in the zone does not exist. */
export async function startDnsServer(zone: Readonly<Record<string, readonly ZoneRecord[]>> = {}): Promise<DnsServer> {
  const { udp, tcp } = await bindBoth();
  const { port } = udp.address();
  const state: DnsServer = {
    address: `127.0.0.1:${port}`,
    zone: new Map(Object.entries(zone)),
    queries: [],
    mode: 'answer',
    truncates: false,
    close: async () => {
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
  udp.on('message', (query, from) => {
    const reply = answer(state, query, '');
    if (reply !== null) udp.send(reply, from.port, from.address);
  });
  tcp.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      const reply = answer(state, bytes.subarray(2), 'tcp ');
      if (reply === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    });
  });
  return state;
}

/** A port that is free for UDP may be taken for TCP; then another is tried. */
async function bindBoth(): Promise<{ readonly udp: Socket; readonly tcp: Server }> {
  for (;;) {
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const udp = createSocket('udp4').bind((tcp.address() as AddressInfo).port, '127.0.0.1');
    try {
      await once(udp, 'listening');
      return { udp, tcp };
    } catch {
      udp.close();
      tcp.close();
    }
  }
}

function answer(state: DnsServer, query: Buffer, transport: '' | 'tcp '): Buffer | null {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const name = labels.join('.').toLowerCase();
  const type = query.readUInt16BE(at + 1);
  const typeName = Object.entries(TYPES).find(([, value]) => value === type)?.[0] ?? String(type);
  state.queries.push(`${transport}${name} ${typeName}`);
  if (state.mode === 'silent') return null;
  const isTruncated = state.truncates && transport === '';
  const records = state.mode === 'fail' || isTruncated ? [] : recordsFor(state.zone, name, typeName);
  const code = state.mode === 'fail' ? SERVER_FAILURE : state.zone.has(name) ? 0 : NAME_ERROR;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (isTruncated ? 0x0200 : 0) | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(12, at + 5), ...records]);
}

/** The records of the type, and the CNAMEs on the way to them. */
function recordsFor(zone: DnsServer['zone'], name: string, type: string): Buffer[] {
  return (zone.get(name) ?? []).flatMap((record) => {
    if (record.type === 'CNAME') return [encode(name, record), ...recordsFor(zone, record.target, type)];
    return record.type === type ? [encode(name, record)] : [];
  });
}

function encode(name: string, record: ZoneRecord): Buffer {
  const data = encodeData(record);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPES[record.type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(record.ttl, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name), fixed, data]);
}

function encodeData(record: ZoneRecord): Buffer {
  switch (record.type) {
    case 'A':
      return Buffer.from(record.address.split('.').map(Number));
    case 'AAAA':
      return encodeIpv6(record.address);
    case 'CNAME':
      return encodeName(record.target);
    case 'SRV': {
      const numbers = Buffer.alloc(6);
      numbers.writeUInt16BE(record.priority, 0);
      numbers.writeUInt16BE(record.weight, 2);
      numbers.writeUInt16BE(record.port, 4);
      return Buffer.concat([numbers, encodeName(record.target)]);
    }
  }
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function encodeIpv6(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const front = head.split(':').filter((group) => group !== '');
  const back = tail.split(':').filter((group) => group !== '');
  const zeros = Array<string>(8 - front.length - back.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...front, ...zeros, ...back].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  return bytes;
}
