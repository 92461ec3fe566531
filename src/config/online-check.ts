import type { PluginCatalog } from '../pdk/catalog.ts';
import type { OnlineSubject, OnlineSurroundings, PluginDefinition, PluginFinding } from '../pdk/plugin.ts';
import { type Draft, textOf } from './draft.ts';
import { Findings } from './findings.ts';
import { type Inspection, maskSources, secretSchemas } from './load-config.ts';
import { GivenConfig } from './plugin-given.ts';

/**
 * Adds what plugins find out when they ask the systems their configs name. A config with errors is not looked at: its
 * addresses may be wrong. Nor are disabled plugins. What is found keeps no gateway from starting, so `entities` stay.
 */
export async function checkOnline(
  inspection: Inspection,
  catalog: PluginCatalog<PluginDefinition>,
  surroundings: OnlineSurroundings,
): Promise<Inspection> {
  if (inspection.diagnostics.some(({ severity }) => severity === 'error')) return inspection;
  const findings = new Findings([]);
  const enabled = inspection.drafts.plugins.filter(({ fields }) => fields.enabled !== false);
  for (const name of catalog.names()) {
    const drafts = enabled.filter(({ fields }) => textOf(fields.name) === name);
    const subjects = drafts.map((draft) => subjectOf(draft, inspection, findings));
    if (subjects.length > 0) await catalog.get(name)?.checkOnline?.(subjects, surroundings);
  }
  return withFindings(inspection, findings);
}

function subjectOf(draft: Draft, { documents, plugins }: Inspection, findings: Findings): OnlineSubject {
  const given = new GivenConfig(draft, documents);
  const report = ({ path, code, severity, message, hint }: PluginFinding): void => {
    const place = given.placeOf(path);
    findings.add(code, place.document, place.path, message, { severity, hint: hint ?? null });
  };
  return { config: plugins.configOf(draft), given: given.value, report };
}

function withFindings(inspection: Inspection, findings: Findings): Inspection {
  const found = findings.sorted();
  if (found.length === 0) return inspection;
  const { documents, drafts, plugins } = inspection;
  const order = new Map(documents.map(({ source }, index) => [source.name, index]));
  const diagnostics = [...inspection.diagnostics, ...found].sort(
    (a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.range.start.offset - b.range.start.offset,
  );
  return { ...inspection, diagnostics, sources: maskSources(documents, secretSchemas(plugins, drafts)) };
}
