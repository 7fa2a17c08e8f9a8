import { AppError } from '../../platform/errors.ts'

/** Of the names of a path, as every usual file system limits them. */
const maxNameBytes = 255
const maxDepth = 40
/** First characters of files on their way, which are not shown: of those that people send, and of documents that programs print. */
export const uploadPrefix = '.ami-streams-upload-'
export const printPrefix = '.ami-streams-print-'

/** It is a file on its way. */
export const isOnItsWay = (name: string): boolean => name.startsWith(uploadPrefix) || name.startsWith(printPrefix)

/**
 * The names of a path below a shared folder, as a viewer sent it with `/` between them. Throws `desktop.file_name` where one of them could
 * lead elsewhere, or is not a name on every system that the files may be copied to.
 */
export function namesOf(path: string): readonly string[] {
  const names = path.split('/')
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
  if (isOnItsWay(name)) return 'is what files on their way are called'
  return Buffer.byteLength(name) > maxNameBytes ? `is longer than ${maxNameBytes} bytes` : undefined
}

/** `base` and `ending` as one name; `base` is cut where it would be too long. */
export function fittingName(base: string, ending: string): string {
  let cut = base
  while (Buffer.byteLength(cut + ending) > maxNameBytes) cut = [...cut].slice(0, -1).join('')
  return cut + ending
}

/** `name`, `name (2)` and so on, the ending kept; a name that would be too long is cut. */
export function numberedName(name: string, number: number): string {
  if (number < 2) return name
  const dot = name.lastIndexOf('.')
  const [base, ending] = dot > 0 && name.length - dot <= 20 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  return fittingName(base, ` (${number})${ending}`)
}
