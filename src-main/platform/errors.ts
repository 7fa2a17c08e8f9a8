import { automationErrors } from './error-kinds/automation.ts'
import { desktopErrors } from './error-kinds/desktop.ts'
import { hostErrors } from './error-kinds/host.ts'
import { liveErrors } from './error-kinds/live.ts'
import { networkErrors } from './error-kinds/network.ts'
import { networkCacheErrors } from './error-kinds/network-cache.ts'
import { networkMachineErrors } from './error-kinds/network-machines.ts'
import { obsErrors } from './error-kinds/obs.ts'
import { studioErrors } from './error-kinds/studio.ts'

/** The single catalogue of errors, by the code that programs match. docs/errors.md is compared with it by a test. */
export const errorKinds = {
  ...automationErrors,
  ...desktopErrors,
  ...hostErrors,
  ...liveErrors,
  ...networkErrors,
  ...networkCacheErrors,
  ...networkMachineErrors,
  ...obsErrors,
  ...studioErrors,
} as const

export type ErrorCode = keyof typeof errorKinds

/** For codes that come from another process. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorKinds, code)
}

/** An error of the catalogue. `message` says what was wrong and where; `cause` is what lay beneath. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** What exactly was wrong, e.g. `{ option: 'httpPort', program: 'nginx (pid 311)' }`. Never a secret. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message?: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message ?? errorKinds[code].title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.details = options.details ?? {}
  }

  get status(): number {
    return errorKinds[this.code].status
  }

  get remedy(): string {
    return errorKinds[this.code].remedy
  }
}
