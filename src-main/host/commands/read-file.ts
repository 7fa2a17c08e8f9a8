import { readFileSync } from 'node:fs'
import { AppError } from '../../platform/errors.ts'

/** Reads a file with an object of JSON. Throws `command.invalid`. */
export function readObject(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (cause) {
    throw new AppError('command.invalid', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  throw new AppError('command.invalid', `${path} has no object of JSON`)
}

/** Reads a file as text; "-" is standard input. Throws `command.invalid`. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new AppError('command.invalid', `${path} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}
