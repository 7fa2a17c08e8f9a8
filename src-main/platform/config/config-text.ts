import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { AppError } from '../errors.ts'

/** Longest file, characters. */
const maxLength = 2 ** 20

/** A configuration file that was read: YAML, and so JSON too. */
export interface ConfigText {
  /** Path of the file, for messages. */
  readonly path: string
  /** Undefined for an empty file. */
  readonly value: unknown
  /**
   * `FILE:LINE:COLUMN` of a place such as `sites[0].hosts`; of what surrounds it where the place is not there.
   * @param of what is looked for: the name of a property, or its value
   */
  where(place: string, of?: 'name' | 'value'): string
}

/** Reads a configuration file. Throws `config.invalid`; its `cause` has the code `ENOENT` where there is no such file. */
export function readConfigFile(path: string): ConfigText {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AppError('config.invalid', `The file ${path} cannot be read: ${(cause as Error).message}`, { cause, details: { file: path } })
  }
  return readConfigText(text, path)
}

/** @param path for messages alone. Throws `config.invalid`, which names line and column. */
export function readConfigText(text: string, path: string): ConfigText {
  if (text.length > maxLength)
    throw new AppError('config.invalid', `${path}: is longer than ${maxLength} characters`, { details: { file: path } })
  let parsed: ParsedYaml | undefined
  const yaml = (): ParsedYaml => {
    parsed ??= parseYaml(text, path)
    return parsed
  }
  const where = (place: string, of: 'name' | 'value' = 'value'): string => {
    const { line, col } = yaml().at(place, of)
    return `${path}:${line}:${col}`
  }
  // Most files that are generated are JSON, which needs no library.
  const json = parsedJson(text)
  return { path, value: json === undefined ? yaml().value : json.value, where }
}

function parsedJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

interface ParsedYaml {
  readonly value: unknown
  at(place: string, of: 'name' | 'value'): { readonly line: number; readonly col: number }
}

function parseYaml(text: string, path: string): ParsedYaml {
  // Loaded where a file is YAML, or has a fault: it takes longer than the rest of a command.
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  const lines = new yaml.LineCounter()
  const invalid = (problem: string, offset: number): AppError => {
    const { line, col } = lines.linePos(offset)
    return new AppError('config.invalid', `${path}:${line}:${col}: ${problem}`, { details: { file: path, line, column: col } })
  }
  let document: Yaml.Document.Parsed
  try {
    document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, schema: 'core', logLevel: 'silent' })
  } catch (cause) {
    // It is read by functions that call themselves: what is nested very deeply is more than the stack.
    throw new AppError('config.invalid', `${path}: is nested too deeply`, { cause, details: { file: path } })
  }
  const [fault] = [...document.errors, ...document.warnings]
  if (fault !== undefined) throw invalid(`is not YAML: ${fault.message}`, fault.pos[0])
  yaml.visit(document, {
    Alias(_key, node) {
      throw invalid('aliases (*) are not supported', node.range?.[0] ?? 0)
    },
  })
  const at = (place: string, of: 'name' | 'value') => lines.linePos(offsetOf(yaml, document.contents, place, of))
  return { value: document.contents === null ? undefined : document.toJS(), at }
}

function offsetOf(yaml: typeof Yaml, contents: unknown, place: string, of: 'name' | 'value'): number {
  let offset = 0
  let node = contents
  for (let rest = place; ; ) {
    if (yaml.isNode(node) && node.range) offset = node.range[0]
    const index = /^\[(\d+)\]/.exec(rest)
    if (yaml.isSeq(node) && index !== null) {
      node = node.items[Number(index[1])]
      rest = rest.slice(index[0].length)
    } else if (yaml.isMap(node) && rest !== '') {
      const path = rest.replace(/^\./, '')
      // Names may have dots: the longest that fits.
      const [pair] = node.items.filter(({ key }) => isFirst(String(key), path)).sort((a, b) => String(b.key).length - String(a.key).length)
      if (pair === undefined) return offset
      const key = pair.key as Yaml.Node
      rest = path.slice(String(key).length)
      offset = key.range?.[0] ?? offset
      if (rest === '' && of === 'name') return offset
      node = pair.value
    } else return offset
  }
}

/** True where a place starts with this name; faults show the first 80 characters of long ones. */
function isFirst(name: string, place: string): boolean {
  return place === name.slice(0, 80) || (place.startsWith(name) && /^[.[]/.test(place.slice(name.length)))
}
