import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** File of a program that is named by its place, or found in a PATH; undefined if it is not found. */
export function findProgram(name: string, path = process.env.PATH ?? ''): string | undefined {
  if (isAbsolute(name) || /^[A-Z]:\\/.test(name)) return existsSync(name) ? name : undefined
  return path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file))
}
