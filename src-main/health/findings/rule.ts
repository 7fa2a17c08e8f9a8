import type { LiveFacts, StudioFacts } from '../../media/part-facts.ts'
import type { ErrorCode } from '../../platform/errors.ts'
import type { MachineReading } from '../machine/machine-reader.ts'
import type { DiskReading } from '../sampling/disks.ts'
import type { Sighting } from './finding.ts'

/** Everything that rules look at, and what it was at the reading before. */
export interface HealthReading {
  readonly machine: MachineReading
  readonly studio: StudioFacts
  readonly live: LiveFacts
  readonly disks: readonly DiskReading[]
  /** What does not work at present although it should, as `GET /health` says it. */
  readonly problems: readonly ErrorCode[]
}

/** A condition on what is measured. */
export interface Rule {
  /** For ever: texts and programs know it. */
  readonly code: string
  /** Readings in a row in which it applies before it is found. */
  readonly after: number
  /** Readings in a row in which nothing of it is seen before it is over. */
  readonly until: number
  /** What there is of it now, by subject. */
  readonly look: (now: HealthReading, before: HealthReading | undefined) => readonly Sighting[]
}
