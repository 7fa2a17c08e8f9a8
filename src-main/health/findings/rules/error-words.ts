import { AppError, isErrorCode } from '../../../platform/errors.ts'
import type { Params } from '../finding.ts'

/** An error of the catalogue in the catalogue's words: what a part adds to them may say more than everybody may know. */
export function errorWords(code: string): Params {
  const { message, remedy } = new AppError(isErrorCode(code) ? code : 'internal')
  return { error: code, message, remedy }
}
