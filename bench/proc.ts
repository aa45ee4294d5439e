// What /proc says about a process and the machine: anonymous memory, bytes sent to the device, CPU time,
// steal. Called by experiments around their windows. Linux only; elsewhere the figures are NaN.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** USER_HZ: fixed at 100 in what Linux shows to user space. */
const ticksPerSecond = 100;

function readNumber(path: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}

export function rssAnonBytes(pid: number): number {
  return readNumber(`/proc/${pid}/status`, /^RssAnon:\s+(\d+) kB/m) * 1024;
}

/** Bytes that the process caused to be written to the device so far. */
export function deviceWriteBytes(pid: number): number {
  return readNumber(`/proc/${pid}/io`, /^write_bytes: (\d+)/m);
}

/** Bytes that the process has had read from the device so far. */
export function deviceReadBytes(pid: number): number {
  return readNumber(`/proc/${pid}/io`, /^read_bytes: (\d+)/m);
}

/** User and system CPU time of all threads so far. */
export function cpuMs(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold blanks; the fields are counted from its closing bracket.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

export interface MachineTimes {
  readonly totalTicks: number;
  readonly stealTicks: number;
  /** All processors together, without waiting for disks. */
  readonly busyTicks: number;
}

export function machineTimes(): MachineTimes {
  try {
    const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
    const ticks = line.split(/\s+/).slice(1, 9).map(Number);
    const totalTicks = ticks.reduce((sum, value) => sum + value, 0);
    const stealTicks = ticks[7] ?? 0;
    return { totalTicks, stealTicks, busyTicks: totalTicks - (ticks[3] ?? 0) - (ticks[4] ?? 0) - stealTicks };
  } catch {
    return { totalTicks: 0, stealTicks: 0, busyTicks: 0 };
  }
}

/** Shares of the machine's time between two readings. */
export interface MachineShares {
  /** Taken by other virtual machines. */
  readonly steal: number;
  /** Used by processes that do not belong to the bench. */
  readonly foreign: number;
}

/** `ownCpuMs`: what the bench and the process that it measures have used in the meantime. */
export function machineShares(before: MachineTimes, after: MachineTimes, ownCpuMs: number): MachineShares {
  const totalTicks = after.totalTicks - before.totalTicks;
  if (totalTicks === 0) return { steal: 0, foreign: 0 };
  const ownTicks = (ownCpuMs * ticksPerSecond) / 1000;
  const foreignTicks = after.busyTicks - before.busyTicks - ownTicks;
  return {
    steal: (after.stealTicks - before.stealTicks) / totalTicks,
    foreign: Math.max(0, foreignTicks) / totalTicks,
  };
}

const sampleMs = 300;
const quietShare = 0.1;

/** Waits until the machine is idle, but no longer than `limitMs`. Nothing of the bench may be running. */
export async function waitForQuiet(limitMs: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += sampleMs) {
    const before = machineTimes();
    await sleep(sampleMs);
    const after = machineTimes();
    const busyTicks = after.busyTicks - before.busyTicks;
    if (busyTicks <= (after.totalTicks - before.totalTicks) * quietShare) return;
  }
}
