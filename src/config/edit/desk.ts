import type { JsonPath } from '../../lib/json.ts';
import type { ConfigDocument } from '../document.ts';
import type { FileEditor } from './file-editor.ts';
import type { TemplateTexts } from './template-texts.ts';

/** What is needed to write into one file. */
export interface Desk {
  readonly document: ConfigDocument;
  readonly editor: FileEditor;
  readonly templates: TemplateTexts;
  /** Whether everything is written, defaults too. */
  readonly isExplicit: boolean;
  /** Called with each reference to the environment or a vault that another value replaced. */
  readonly lost: (path: JsonPath) => void;
}
