import { execFile } from 'node:child_process'
import { AppError, type ErrorCode } from '../errors.ts'
import { findSystemProgram } from './find-program.ts'

/** A command that runs longer is ended, ms. */
const commandMs = 20_000

export interface ProgramOutcome {
  readonly isDone: boolean
  /** What it printed, or why it did not run. */
  readonly text: string
}

/** File of a program of the system. Throws the error of `missing` where it is not installed. */
export function systemProgram(name: string, missing: ErrorCode): string {
  const file = findSystemProgram(name)
  if (file === undefined) throw new AppError(missing, `There is no program ${name}`)
  return file
}

/** Runs a program to its end. */
export function runProgram(file: string, args: readonly string[]): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: commandMs, maxBuffer: 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ isDone: error === null, text: `${stdout}${stderr}` || (error?.message ?? '') }),
    )
  })
}

/** The last line of what a program printed, where most say what was wrong. */
export const lastLineOf = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? ''
