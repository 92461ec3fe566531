import { writeSync } from 'node:fs';

// Loaded with --import into a process that is measured: tells on file descriptor 3 what it used from start to end.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const residentMegabytes = (process.resourceUsage().maxRSS * 1_024) / 1e6;
  writeSync(3, JSON.stringify({ cpuMs: (user + system) / 1_000, residentMegabytes }));
});
