import type { StepId } from './provisioning-schemas.ts'

/** Who follows what is done. */
export interface Progress {
  /** What will be done, in this order. */
  plan(steps: readonly StepId[]): void
  /** A step starts, and the one before is done. */
  enter(step: StepId): void
  log(line: string): void
  sent(bytes: number, total: number): void
}
