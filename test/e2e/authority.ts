import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate with its key, as files and as PEM texts. */
export interface Issued {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate is for, as `openssl` wants it said. */
const extensions = {
  server: 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n',
  client: 'extendedKeyUsage=clientAuth\n',
};

/** A certificate authority made by `openssl` for one run. */
export class Authority {
  readonly #folder: string;
  readonly certificateFile: string;

  /** Makes its key and certificate in `folder`, which must exist. The name is the one that the realm expects. */
  static async create(folder: string): Promise<Authority> {
    const authority = new Authority(folder);
    const subject = ['-subj', '/CN=Gateway acceptance CA', '-days', '2'];
    await run('openssl', ['req', '-x509', ...newKey(folder, 'ca'), ...subject, '-out', authority.certificateFile]);
    return authority;
  }

  private constructor(folder: string) {
    this.#folder = folder;
    this.certificateFile = join(folder, 'ca.crt');
  }

  get certificate(): string {
    return readFileSync(this.certificateFile, 'utf8');
  }

  /** @param subject in `openssl`'s form: `/OU=IT/CN=JohnDoe`, the most general part first */
  async issue(name: string, subject: string, use: keyof typeof extensions): Promise<Issued> {
    const file = (end: string): string => join(this.#folder, `${name}.${end}`);
    await run('openssl', ['req', ...newKey(this.#folder, name), '-subj', subject, '-out', file('csr')]);
    writeFileSync(file('ext'), extensions[use]);
    const signed = ['-CA', this.certificateFile, '-CAkey', join(this.#folder, 'ca.key'), '-CAcreateserial'];
    const asked = ['-in', file('csr'), '-extfile', file('ext'), '-days', '2', '-out', file('crt')];
    await run('openssl', ['x509', '-req', ...asked, ...signed]);
    return {
      certificateFile: file('crt'),
      keyFile: file('key'),
      certificate: readFileSync(file('crt'), 'utf8'),
      key: readFileSync(file('key'), 'utf8'),
    };
  }
}

function newKey(folder: string, name: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(folder, `${name}.key`)];
}
