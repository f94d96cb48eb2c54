/** One statement of an SQL file. */
export interface Statement {
  /** Without comments, in lower case, each run of white space one space, string constants emptied. */
  text: string;
  /** The comments right before it. */
  comment: string;
}

const token =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|;|[^-/'"$;]+|[-/$]/g;

/** Takes an SQL file apart into its statements. */
export function statementsOf(sql: string): Statement[] {
  const statements: Statement[] = [];
  let text = '';
  let comment = '';
  const end = () => {
    const words = text.trim().replace(/\s+/g, ' ').toLowerCase();
    if (words) statements.push({ text: words, comment });
    text = '';
    comment = '';
  };
  for (const [part] of sql.matchAll(token)) {
    if (part === ';') end();
    else if (part.startsWith('--') || part.startsWith('/*')) {
      if (!text.trim()) comment += `${part}\n`;
      text += ' ';
    } else if (part.startsWith("'") || /^\$\w*\$/.test(part)) text += "''";
    else text += part;
  }
  end();
  return statements;
}

/** The parts of a list, as they are between the commas outside brackets. */
export function listOf(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
