import type { Report, ReportOptions } from '../report.ts';
import type { FormatName } from './format-names.ts';

/** The report in one format, without a line end. Only the format that is wanted is loaded. */
export async function renderReport(format: FormatName, report: Report, options: ReportOptions): Promise<string> {
  switch (format) {
    case 'stylish':
      return (await import('./stylish.ts')).formatStylish(report, options);
    case 'json':
      return (await import('./json.ts')).formatJson(report);
    case 'sarif':
      return (await import('./sarif.ts')).formatSarif(report, options);
    case 'github':
      return (await import('./github.ts')).formatGithub(report, options);
    case 'gitlab':
      return (await import('./gitlab.ts')).formatGitlab(report, options);
    case 'junit':
      return (await import('./junit.ts')).formatJunit(report, options);
    case 'unix':
      return (await import('./unix.ts')).formatUnix(report);
  }
}
