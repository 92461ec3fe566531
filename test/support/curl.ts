import { execFile, spawnSync } from 'node:child_process';

/** What curl printed. */
export interface CurlAnswer {
  readonly status: number;
  readonly text: string;
  /** The body as JSON; throws when it is none. */
  json(): Readonly<Record<string, unknown>>;
}

/** Whether there is a curl to run. */
export const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** Runs the real curl, quietly, and answers with the status and the body. */
export function curl(...args: readonly string[]): Promise<CurlAnswer> {
  return new Promise((resolve, reject) => {
    const all = ['--silent', '--show-error', '--write-out', '\n%{http_code}', ...args];
    execFile('curl', all, { encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error !== null) {
        reject(new Error(`curl failed: ${stderr}`));
        return;
      }
      const end = stdout.lastIndexOf('\n');
      const text = stdout.slice(0, end);
      resolve({
        status: Number(stdout.slice(end + 1)),
        text,
        json: () => JSON.parse(text) as Readonly<Record<string, unknown>>,
      });
    });
  });
}
