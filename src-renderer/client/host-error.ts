import { t as described } from '../messages/described.ts'
import { errors } from '../messages/page.ts'

/** What the host says of an error, by the code of the catalogue (docs/errors.md). */
export interface HostError {
  readonly code: string
  readonly message: string
  readonly remedy?: string
}

/**
 * An error of the host in the page's language, by its code. What the host adds to the sentence of the catalogue is in brackets: a value
 * or a name as it is, a sentence that sources say too in the page's language; an error without a translation stays in English.
 */
export function inLanguage(error: HostError): Required<HostError> {
  const known = errors[error.code]
  if (known === undefined) return { ...error, remedy: error.remedy ?? '' }
  const added = error.message === '' || error.message === known.english ? '' : ` (${described.problem(error.message)})`
  return { code: error.code, message: `${known.title}${added}`, remedy: known.remedy }
}

/** An error of the host in the page's language, with its remedy. */
export function sentencesOf(error: HostError): string {
  const { message, remedy } = inLanguage(error)
  return `${message}. ${remedy}`
}
