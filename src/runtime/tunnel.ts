import type { Duplex } from 'node:stream';
import { IdleTimer } from '../lib/idle-timer.ts';
import { noteBodyBytes } from './body-memory.ts';

/**
 * Passes bytes between two connections until both are done. A side that has ended its own direction still receives; one
 * that breaks takes the other with it, and so does silence in both directions.
 * @param idleMs longest silence in milliseconds; 0 for no limit
 */
export function tunnel(near: Duplex, far: Duplex, idleMs: number): void {
  const cut = (): void => {
    near.destroy();
    far.destroy();
  };
  const idle = new IdleTimer(idleMs, cut);
  near.allowHalfOpen = true;
  far.allowHalfOpen = true;
  passOn(near, far, idle, cut);
  passOn(far, near, idle, cut);
  idle.refresh();
}

function passOn(from: Duplex, to: Duplex, idle: IdleTimer, cut: () => void): void {
  from.on('data', (chunk: Buffer) => {
    noteBodyBytes(chunk.length);
    idle.refresh();
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => {
    idle.refresh();
    from.resume();
  });
  from.on('end', () => to.end());
  from.on('error', cut);
  from.on('close', () => {
    if (!from.readableEnded) cut();
    if (to.destroyed) idle.stop();
  });
}
