import { AppError, type ErrorCode } from '../../platform/errors.ts'
import type { SignInAttempts } from '../../platform/identity/sign-in-attempts.ts'

/** Does what somebody's secret allows, and counts its error `code` as a wrong sign-in: what is valid always passes. */
export async function slowGuesses<T>(
  attempts: SignInAttempts,
  remoteAddress: string,
  code: ErrorCode,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== code) throw error
    const counted = attempts.failed(remoteAddress, 'auth.token_unknown')
    if (counted.code !== 'auth.too_many_attempts') throw error
    await attempts.delay()
    throw counted
  }
}
