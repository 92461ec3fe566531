import { pathToFileURL } from 'node:url';
import type { Diagnostic, Range, RelatedLocation, Severity } from '../../config/diagnostic.ts';
import { version } from '../../lib/package-info.ts';
import type { FindingCode } from '../../pdk/finding-code.ts';
import { knownCodes } from '../known-codes.ts';
import type { Report, ReportOptions } from '../report.ts';
import { findingAdvice } from './finding-text.ts';
import { fingerprints } from './fingerprint.ts';
import { reportPath } from './report-path.ts';
import { visible } from './visible-text.ts';

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** Name of the folder that relative locations start from; whoever reads the report knows where it is there. */
const BASE = 'SRCROOT';

/** SARIF 2.1.0 (OASIS standard, 2020): one run with a rule per code that occurs, and a result per finding. */
export function formatSarif(report: Report, { root }: Pick<ReportOptions, 'root'>): string {
  const codes = [...new Set(report.diagnostics.map(({ code }) => code))].sort();
  const ruleIndex = new Map(codes.map((code, index) => [code, index]));
  const prints = fingerprints(report.diagnostics);
  const run = {
    tool: { driver: { name: 'gw', version, semanticVersion: version, rules: codes.map(toRule) } },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [BASE]: { description: { text: 'The folder that the paths are relative to.' } } },
    invocations: [{ executionSuccessful: true }],
    artifacts: report.sources.map(({ name }) => ({ location: toArtifact(name, root) })),
    results: report.diagnostics.map((finding, index) => ({
      ruleId: finding.code,
      ruleIndex: ruleIndex.get(finding.code),
      level: levels[finding.severity],
      message: { text: findingAdvice(finding) },
      locations: [toLocation(finding, root)],
      ...relatedLocations(finding, root),
      partialFingerprints: { 'gwFinding/v1': prints[index] },
    })),
  };
  const $schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  return JSON.stringify({ $schema, version: '2.1.0', runs: [run] }, null, 2);
}

function toRule(code: string): object {
  const known = Object.hasOwn(knownCodes, code) ? knownCodes[code] : undefined;
  if (known === undefined) return { id: code };
  return {
    id: code,
    name: pascalCase(code),
    shortDescription: { text: `${sentence(known.title)}.` },
    fullDescription: { text: known.explanation },
    help: helpOf(known),
    defaultConfiguration: { level: levels[known.severity] },
  };
}

function helpOf({ explanation, bad, good }: FindingCode): object {
  const block = (text: string): string => `\`\`\`yaml\n${text}\n\`\`\``;
  return {
    text: `${explanation}\n\nReported:\n\n${bad}\n\nBetter:\n\n${good}`,
    markdown: `${explanation}\n\nReported:\n\n${block(bad)}\n\nBetter:\n\n${block(good)}`,
  };
}

function sentence(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}

/** `yaml/duplicate-key` is the rule `YamlDuplicateKey`. */
function pascalCase(code: string): string {
  return code
    .split(/[^A-Za-z0-9]+/)
    .map(sentence)
    .join('');
}

function toLocation({ file, range, entity }: Diagnostic, root: string): object {
  const physicalLocation = { artifactLocation: toArtifact(file, root), region: toRegion(range) };
  if (entity === null) return { physicalLocation };
  const fullyQualifiedName = visible(entity.name === null ? entity.kind : `${entity.kind} ${entity.name}`);
  return { physicalLocation, logicalLocations: [{ fullyQualifiedName, kind: 'element' }] };
}

function relatedLocations({ related }: Diagnostic, root: string): object {
  if (related === undefined || related.length === 0) return {};
  return {
    relatedLocations: related.map(({ file, range, message }: RelatedLocation, index) => ({
      id: index + 1,
      physicalLocation: { artifactLocation: toArtifact(file, root), region: toRegion(range) },
      message: { text: visible(message) },
    })),
  };
}

/** SARIF's end column is the one after the last character, as ours. */
function toRegion({ start, end }: Range): object {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function toArtifact(file: string, root: string): object {
  const path = reportPath(file, root);
  if (path.startsWith('/') || /^[A-Za-z]:\//.test(path)) return { uri: pathToFileURL(path).href };
  return { uri: path.split('/').map(encodeSegment).join('/'), uriBaseId: BASE };
}

/** A relative URI may not have a `:` in its first segment; this hides it in all. Half a surrogate has no encoding. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.replace(/\p{Cs}/gu, '\uFFFD'));
}
