import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second wherever Node runs. */
const msPerTick = 10;

/**
 * CPU time, user and system, that a process and its direct children have used so far, in milliseconds; `null` where
 * there is no `/proc`.
 */
export function cpuTimeMs(pid: number): number | null {
  try {
    const pids = [pid, ...childrenOf(pid)];
    return pids.reduce((sum, each) => sum + ticks(each), 0) * msPerTick;
  } catch {
    return null;
  }
}

/** Resident memory of a process in bytes; `null` where there is no `/proc` or the process has gone. */
export function residentBytes(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

function ticks(pid: number): number {
  // utime and stime are fields 14 and 15 of proc(5); the name in field 2 may hold spaces, so count after it.
  const stat = statFields(pid);
  return Number(stat[11]) + Number(stat[12]);
}

function childrenOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((each) => parentOf(each) === pid);
}

function parentOf(pid: number): number | null {
  try {
    return Number(statFields(pid)[1]);
  } catch {
    return null;
  }
}

function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
