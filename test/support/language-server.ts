import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A problem as an editor would underline it; lines and characters count from 0. */
export interface EditorProblem {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly uri?: string;
    readonly diagnostics?: readonly EditorProblem[];
    readonly items?: unknown[];
  };
}

/** The language server that editors run for YAML, spoken to over its standard streams. */
export class YamlLanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #problems = new Map<string, (problems: readonly EditorProblem[]) => void>();
  readonly #settings: unknown;
  #input = Buffer.alloc(0);

  /** `schemaUri` is applied to every document. */
  constructor(schemaUri: string) {
    const main = createRequire(import.meta.url).resolve('yaml-language-server/package.json');
    this.#child = spawn(process.execPath, [join(dirname(main), 'bin/yaml-language-server'), '--stdio']);
    this.#settings = { schemas: { [schemaUri]: '*' }, validate: true, schemaStore: { enable: false }, customTags: [] };
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#send({
      id: 1,
      method: 'initialize',
      params: { processId: null, rootUri: null, capabilities: { workspace: { configuration: true } } },
    });
    this.#send({ method: 'initialized', params: {} });
    this.#send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: this.#settings } } });
  }

  /** What the server has to say about a text. */
  async check(name: string, text: string): Promise<readonly EditorProblem[]> {
    const uri = `file:///${name}`;
    const answer = new Promise<readonly EditorProblem[]>((resolve) => this.#problems.set(uri, resolve));
    this.#send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    });
    return answer;
  }

  close(): void {
    this.#child.kill();
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#input = Buffer.concat([this.#input, chunk]);
    for (;;) {
      const end = this.#input.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(this.#input.toString('latin1', 0, end))?.[1]);
      const rest = this.#input.subarray(end + 4);
      if (rest.length < length) return;
      this.#input = rest.subarray(length);
      this.#handle(JSON.parse(rest.toString('utf8', 0, length)) as Message);
    }
  }

  #handle({ id, method, params }: Message): void {
    if (method === 'textDocument/publishDiagnostics') {
      this.#problems.get(params?.uri ?? '')?.(params?.diagnostics ?? []);
    } else if (method === 'workspace/configuration') {
      // Asked for the sections yaml, http, [yaml], editor and files, in this order.
      const settings = (params?.items ?? []).map((_item, index) => (index === 0 ? this.#settings : {}));
      this.#send({ id, result: settings });
    } else if (method !== undefined && id !== undefined) {
      this.#send({ id, result: null });
    }
  }
}
