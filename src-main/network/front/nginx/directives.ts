import { AppError } from '../../../platform/errors.ts'

/** One directive of an nginx configuration, with those inside its block where it has one. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly inside?: readonly Directive[]
  /** The option that it was written from, e.g. `tls.certificate`: what a message of `nginx -t` about its line is about. */
  readonly option?: string
}

/** Text of a configuration, and which option each of its lines came from. */
export interface ConfigurationText {
  readonly text: string
  /** By line number, 1 is the first. Lines that come from no option are missing. */
  readonly options: ReadonlyMap<number, string>
}

/** A directive of our own words. What comes from a user passes `plain` first. */
export function directive(name: string, ...args: readonly (string | number)[]): Directive {
  return { name, args: args.map(String) }
}

/** A directive with a block. */
export function block(name: string, args: readonly (string | number)[], inside: readonly Directive[]): Directive {
  return { name, args: args.map(String), inside }
}

/** The same directive, marked with the option that it is written from. */
export function from(option: string, one: Directive): Directive {
  return { ...one, option }
}

/** What ends an argument, starts a block, or names a variable: nginx has no escape for `$`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const special = /[\u0000-\u001f\u007f"'\\;{}$`]/

/** A value from outside, which must not end or extend a directive. Throws `config.invalid` naming the option. */
export function plain(value: string, option: string): string {
  const found = special.exec(value)
  if (found === null && value !== '') return value
  const why = found === null ? 'is empty' : `contains ${JSON.stringify(found[0])}, which cannot be written into nginx's configuration`
  throw new AppError('config.invalid', `Option ${option}: the value ${JSON.stringify(value.slice(0, 200))} ${why}`, { details: { option } })
}

/** A line of a `map`: what is matched, and the value that it gives. */
export function entry(pattern: string, value: string | number): Directive {
  return { name: quoted(pattern), args: [String(value)] }
}

/** Quoted where it is not a plain word; inside quotes `"` and `\` are escaped. */
function quoted(argument: string): string {
  return /^[\w./:=$~*^@%+,|()-]+$/.test(argument) ? argument : `"${argument.replace(/["\\]/g, '\\$&')}"`
}

/** Writes a configuration, a directive in each line. */
export function writeDirectives(directives: readonly Directive[]): ConfigurationText {
  const lines: string[] = []
  const options = new Map<number, string>()
  const write = (list: readonly Directive[], indent: string, outer: string | undefined): void => {
    for (const { name, args, inside, option = outer } of list) {
      const head = [name, ...args.map(quoted)].join(' ')
      lines.push(`${indent}${head}${inside === undefined ? ';' : ' {'}`)
      if (option !== undefined) options.set(lines.length, option)
      if (inside === undefined) continue
      write(inside, `${indent}  `, option)
      lines.push(`${indent}}`)
    }
  }
  write(directives, '', undefined)
  return { text: `${lines.join('\n')}\n`, options }
}
