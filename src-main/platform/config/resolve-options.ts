import { AppError } from '../errors.ts'
import { meant } from './config-faults.ts'
import { type ConfigText, readConfigFile } from './config-text.ts'
import { nearestName } from './nearest-name.ts'
import type { OptionSpec } from './option-specs.ts'

export type OptionSource = 'flag' | 'environment' | 'file' | 'default'

export interface OptionInputs {
  /** By option name; undefined where the flag was not given. */
  readonly flags?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly file?: ConfigText
}

export interface ResolvedOptions {
  /** Nested as in the schema. */
  readonly values: Record<string, unknown>
  readonly sources: ReadonlyMap<string, OptionSource>
}

interface Problem {
  readonly option: string
  readonly source: string
  readonly problem: string
}

/** Takes each option from flag, environment, file or default, in that order. Throws one `config.invalid` that names every bad option. */
export function resolveOptions(specs: readonly OptionSpec[], inputs: OptionInputs): ResolvedOptions {
  const values: Record<string, unknown> = {}
  const sources = new Map<string, OptionSource>()
  const problems: Problem[] = []
  const fileValues = new Map<string, unknown>()
  if (inputs.file?.value !== undefined) flatten(inputs.file, specs, fileValues, problems)
  for (const spec of specs) {
    const flag = inputs.flags?.[spec.name]
    const variable = inputs.environment?.[spec.environment]
    let source: OptionSource = 'default'
    let where = 'default'
    let raw: unknown = spec.default
    if (flag !== undefined) [source, where, raw] = ['flag', `flag --${spec.flag}`, flag]
    else if (variable !== undefined && variable !== '')
      [source, where, raw] = ['environment', `environment variable ${spec.environment}`, variable]
    else if (fileValues.has(spec.name)) [source, where, raw] = ['file', `file ${inputs.file?.where(spec.name)}`, fileValues.get(spec.name)]
    const checked = source === 'default' ? { value: raw } : checkOption(spec, raw)
    if ('problem' in checked) problems.push({ option: spec.name, source: where, problem: checked.problem })
    else place(values, spec.path, checked.value)
    sources.set(spec.name, source)
  }
  if (problems.length > 0) {
    const text = problems.map((one) => `${one.option} (from ${one.source}): ${one.problem}`).join('; ')
    throw new AppError('config.invalid', text, { details: { problems } })
  }
  return { values, sources }
}

/** Reads an option file, YAML or JSON. A missing file is only an error where it was asked for by name. */
export function readOptionFile(path: string, mustExist: boolean): ConfigText | undefined {
  try {
    return readConfigFile(path)
  } catch (error) {
    const isMissing = ((error as AppError).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
    if (isMissing && !mustExist) return undefined
    throw error
  }
}

/** Checks one value against its option, taking text for numbers and booleans. */
export function checkOption(spec: OptionSpec, raw: unknown): { value: unknown } | { problem: string } {
  const shown = typeof raw === 'string' ? `"${raw}"` : JSON.stringify(raw)
  switch (spec.type) {
    case 'integer':
    case 'number':
    case 'port': {
      if (spec.choices.includes(raw as string)) return { value: raw }
      const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw
      const also = spec.choices.length > 0 ? ` or ${spec.choices.join(', ')}` : ''
      const bad =
        typeof value !== 'number' ||
        !Number.isFinite(value) ||
        (spec.type !== 'number' && !Number.isInteger(value)) ||
        value < (spec.minimum ?? -Infinity) ||
        value > (spec.maximum ?? Infinity)
      if (!bad) return { value }
      const kind = spec.type === 'number' ? 'a number' : 'a whole number'
      return { problem: `${shown} is not ${kind} from ${spec.minimum ?? 'any'} to ${spec.maximum ?? 'any'}${also}` }
    }
    case 'boolean':
      if (raw === true || raw === 'true' || raw === '1') return { value: true }
      if (raw === false || raw === 'false' || raw === '0') return { value: false }
      return { problem: `${shown} is neither true nor false` }
    case 'choice':
      return spec.choices.includes(raw as string) ? { value: raw } : { problem: `${shown} is none of ${spec.choices.join(', ')}` }
    case 'string':
      if (typeof raw !== 'string') return { problem: `${shown} is not text` }
      if (spec.maxLength !== undefined && raw.length > spec.maxLength) return { problem: `is longer than ${spec.maxLength} characters` }
      if (spec.pattern && !new RegExp(spec.pattern).test(raw))
        return { problem: `${shown} does not have the form that is expected: ${spec.description}` }
      if (/^https?:\/\//.test(raw) && !URL.canParse(raw)) return { problem: `${shown} is not a URL: ${spec.description}` }
      return { value: raw }
  }
}

function flatten(file: ConfigText, specs: readonly OptionSpec[], into: Map<string, unknown>, problems: Problem[]): void {
  const known = new Set(specs.map((spec) => spec.name))
  // objects that options are in, such as `perAddress`
  const above = new Set(specs.flatMap(({ path }) => path.slice(1).map((_, at) => path.slice(0, at + 1).join('.'))))
  const walk = (value: unknown, name: string): void => {
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value)
    if (known.has(name)) into.set(name, value)
    else if (isObject && (name === '' || above.has(name)))
      for (const [key, inner] of Object.entries(value)) walk(inner, name === '' ? key : `${name}.${key}`)
    else if (name === '') problems.push({ option: '(whole file)', source: `file ${file.path}`, problem: 'is not an object with options' })
    else if (above.has(name)) {
      // one that is there without anything in it says nothing
      if (value !== null) problems.push({ option: name, source: `file ${file.where(name)}`, problem: 'must be an object of options' })
    } else {
      const problem = `there is no option of that name${meant(nearestName(name, [...known, ...above]))}`
      problems.push({ option: name, source: `file ${file.where(name, 'name')}`, problem })
    }
  }
  walk(file.value, '')
}

function place(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = values
  for (const key of path.slice(0, -1)) {
    at[key] ??= {}
    at = at[key] as Record<string, unknown>
  }
  at[path.at(-1) as string] = value
}
