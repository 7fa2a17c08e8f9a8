import type { AppError } from '../errors.ts'

/** Slows down guesses at secrets: `createAttemptLimit` of the API, whose count everybody shares. */
export interface SignInAttempts {
  /** Counts a failed sign-in of an IP address; the error is `auth.too_many_attempts` once there were too many. */
  failed(address: string, code: 'auth.token_unknown'): AppError
  /** Resolves after the delay of an answer past the limit. */
  delay(): Promise<void>
}
