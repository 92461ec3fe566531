import { createRequire } from 'node:module';
import { isIP } from 'node:net';
import { isAddressRange, isHost, isHostName, whyNotRouteHost } from './checks/host.ts';
import { whyNotKongRegex } from './plugin-rules/kong-regex.ts';

/** A `format` that schemas of plugins use for texts. */
export interface TextFormat {
  /** What the text must be, as in `must be …`. */
  readonly expected: string;
  /** What is wrong with the text, `null` when nothing is; empty when there is no more to say than `expected`. */
  readonly whyNot: (text: string) => string | null;
}

/** The formats by name. */
export const textFormats: Readonly<Record<string, TextFormat>> = {
  host: {
    expected: 'a host name or an address, without scheme and port',
    whyNot: (text) => verdict(isHost(text)),
  },
  'server-name': {
    expected: 'a host name, not an address and without a port',
    whyNot: (text) => verdict(isHostName(text) && isIP(text) === 0),
  },
  'wildcard-host': {
    expected: 'a host name, perhaps with "*" as its first or last label',
    whyNot: whyNotRouteHost,
  },
  url: {
    expected: 'a URL with scheme and host',
    whyNot: (text) => verdict(/^[A-Za-z][-+.\w]*:\/\/[^/?#]/.test(text)),
  },
  path: {
    expected: 'a path that starts with "/" and has no "//"',
    whyNot: (text) => verdict(/^\/(?!.*\/\/)[-\w.~!$&'()*+,;=:@/%]*$/.test(text)),
  },
  'header-name': {
    expected: 'the name of a header: letters, digits, "-" and "_"',
    whyNot: (text) => verdict(/^[-\w]+$/.test(text)),
  },
  'ip-range': {
    expected: 'an IP address or a CIDR range',
    whyNot: (text) => verdict(isAddressRange(text)),
  },
  'kong-regex': { expected: 'a regular expression', whyNot: whyNotKongRegex },
  'kong-regex-or-star': {
    expected: '"*" or a regular expression',
    whyNot: (text) => (text === '*' ? null : whyNotKongRegex(text)),
  },
  lua: { expected: 'Lua that compiles', whyNot: whyNotLua },
};

function verdict(isFine: boolean): string | null {
  return isFine ? null : '';
}

interface LuaParser {
  parse(code: string, options: { readonly luaVersion: 'LuaJIT' }): unknown;
}

let parser: LuaParser | null = null;

/** Why a text is no Lua chunk, nor an expression. Kong runs LuaJIT. */
function whyNotLua(code: string): string | null {
  // Few configs hold Lua, so that the others need not load a parser.
  parser ??= createRequire(import.meta.url)('luaparse') as LuaParser;
  try {
    parser.parse(code, { luaVersion: 'LuaJIT' });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^\[(\d+):\d+\] /, 'line $1: ') : '';
  }
}
