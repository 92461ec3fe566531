import { Document, isScalar, visit } from 'yaml';
import { openApiDocument } from './document.ts';

/** The document as it stands in docs/openapi.yaml: references, and lists of words, each in one line. */
export function openApiText(): string {
  const document = new Document(openApiDocument(), { aliasDuplicateObjects: false });
  visit(document, {
    Map: (_key, node) => {
      if (node.has('$ref') && node.items.length === 1) node.flow = true;
    },
    Seq: (_key, node) => {
      if (node.items.every(isScalar)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 120 });
}
