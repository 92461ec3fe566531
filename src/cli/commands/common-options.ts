import { InvalidArgumentError, Option } from 'commander';
import { colorChoices } from '../terminal.ts';

/** `--color`, the same in every command. */
export function colorOption(): Option {
  return new Option('--color <when>', 'colour the output; auto: on a terminal, unless NO_COLOR is set')
    .choices(colorChoices)
    .default('auto');
}

/** `--format` with the formats of a command; the first is the default. */
export function formatOption(...formats: readonly [string, ...string[]]): Option {
  return new Option('--format <name>', 'how results are printed').choices(formats).default(formats[0]);
}

/** Gathers the values of a flag that may be repeated. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Reads a flag that takes a number of things. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number, 0 or more, is expected');
  return Number(text);
}
