import { AppError, errorKinds } from '../../../platform/errors.ts'

/** Longest message: an offer as JSON, where each line end takes four characters. */
export const maxMessageBytes = 128 * 1024

/** A JSON object; undefined for any other text. */
export function readMessage(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** An error as a message; other errors are not described to strangers. */
export function errorMessage(thrown: unknown): string {
  const { code, message } = thrown instanceof AppError ? thrown : new AppError('internal')
  const { title, remedy, status } = errorKinds[code]
  return JSON.stringify({ type: 'error', error: { code, title, detail: message, remedy, status } })
}
