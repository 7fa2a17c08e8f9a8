import { AppError } from '../../platform/errors.ts'

/** Of the names of a path, as every usual file system limits them. */
const maxNameBytes = 255
const maxDepth = 40

/**
 * The names of a path below a shared folder, as a viewer sent it with `/` between them. Throws `desktop.file_name` where one of them could
 * lead elsewhere, or is not a name on every system that the files may be copied to.
 */
export function namesOf(path: string): readonly string[] {
  const names = path.normalize('NFC').split('/')
  if (names.length > maxDepth) throw new AppError('desktop.file_name', `There are more than ${maxDepth} folders in each other`)
  for (const name of names) {
    const rejection = problemOf(name)
    if (rejection !== undefined) throw new AppError('desktop.file_name', `${JSON.stringify(name.slice(0, 80))} ${rejection}`)
  }
  return names
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name === '.' || name === '..') return 'leads to another folder'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  if (/[\\\u0000-\u001f\u007f]/.test(name) || !name.isWellFormed()) return 'has characters that names of files must not have'
  return Buffer.byteLength(name) > maxNameBytes ? `is longer than ${maxNameBytes} bytes` : undefined
}

/** `name`, `name (2)` and so on, the ending kept; a name that would be too long is cut. */
export function numberedName(name: string, number: number): string {
  if (number < 2) return name
  const dot = name.lastIndexOf('.')
  const [base, ending] = dot > 0 && name.length - dot <= 20 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const suffix = ` (${number})${ending}`
  let cut = base
  while (Buffer.byteLength(cut + suffix) > maxNameBytes) cut = [...cut].slice(0, -1).join('')
  return cut + suffix
}
