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

/** The same, also where distributions install programs for administrators, which the PATH of an ordinary user lacks. */
export function findSystemProgram(name: string): string | undefined {
  return findProgram(name, [process.env.PATH ?? '', '/usr/sbin', '/usr/local/sbin'].join(delimiter))
}
