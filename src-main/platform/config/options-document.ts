import type { OptionSpec } from './option-specs.ts'

/** What may be given for an option, in words. */
export function describeType(spec: OptionSpec): string {
  switch (spec.type) {
    case 'integer':
    case 'number':
    case 'port': {
      const range = spec.minimum === undefined ? 'number' : `${spec.minimum} to ${spec.maximum}`
      return spec.choices.length > 0 ? `${range}, or ${spec.choices.map((choice) => `\`${choice}\``).join(', ')}` : range
    }
    case 'boolean':
      return '`true`, `false`'
    case 'choice':
      return spec.choices.map((choice) => `\`${choice}\``).join(', ')
    case 'string':
      return 'text'
  }
}

/** docs/options.md, made from the schema; a test fails where the file differs. */
export function optionsDocument(specs: readonly OptionSpec[]): string {
  const rows = specs.map((spec) => {
    const fallback = spec.default === '' || spec.default === undefined ? '(empty)' : `\`${String(spec.default)}\``
    const cells = [
      `\`${spec.name}\``,
      `\`--${spec.flag}\``,
      `\`${spec.environment}\``,
      describeType(spec),
      fallback,
      spec.description + (spec.unit ? ` (${spec.unit})` : ''),
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return `# Options

Made from the option schema by \`node src-main/host/print-options.ts\`: do not edit by hand.

An option is taken from its flag, else from its environment variable, else from the file (\`config.json\` in the data folder, or the one
named by \`--config FILE\`), else its default applies. The file is YAML or JSON; a dotted name is an object inside it:
\`{ "httpPort": 9000, "limits": { "connections": 500 } }\`. What is wrong in it is named with line and column.

A file that was there at the start is read again when it changes, without dropping a connection: reconnectWindowMs and cdnPrefix are used at
once, unless a flag, the environment or the settings of the page say otherwise; for all others the log says that they are used from the next
start on. Where the file is not valid then, the log says why, and the former options go on.

| name | flag | environment | values | default | what |
|---|---|---|---|---|---|
${rows.join('\n')}
`
}
