import { unlinkSync } from 'node:fs';
import { type AddressInfo, connect, type Server } from 'node:net';
import { type BoundAddress, type ListenAddress, ListenError, socketPath, urlOf } from './listen-address.ts';

/** Connections the kernel holds for a listener that says nothing about it. */
const BACKLOG = 2048;

/**
 * Has a server listen. A unix socket that a dead process left behind is replaced.
 * @param scheme what the URL begins with
 * @throws {ListenError}
 */
export async function bindAddress(server: Server, address: ListenAddress, scheme: string): Promise<BoundAddress> {
  const path = socketPath(address.host);
  try {
    await listen(server, address, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (path === null || code !== 'EADDRINUSE' || (await isAlive(path))) {
      throw new ListenError(address, error as NodeJS.ErrnoException);
    }
    unlinkSync(path);
    await listen(server, address, path);
  }
  if (path !== null) return { host: address.host, port: 0, url: address.host };
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port, url: urlOf(scheme, host, port) };
}

function listen(server: Server, { host, port, backlog }: ListenAddress, path: string | null): Promise<void> {
  const where = path === null ? { host, port } : { path };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: backlog ?? BACKLOG }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
