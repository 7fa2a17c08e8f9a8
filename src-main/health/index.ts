import type { LiveObserver, StudioObserver } from '../media/part-facts.ts'
import type { AuditLog } from '../platform/audit.ts'
import type { ErrorCode } from '../platform/errors.ts'
import type { EventBus } from '../platform/events/events.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { LogTail } from '../platform/telemetry/log-tail.ts'
import { openMachine } from './machine/open-machine.ts'
import { type DoctorLine, writeReport } from './report/report.ts'
import { healthRoutes } from './routes.ts'
import { Watch } from './watch.ts'

export interface HealthDependencies {
  readonly studio: StudioObserver
  readonly live: LiveObserver
  readonly problems: () => readonly ErrorCode[]
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly tail: LogTail
  /** For the report: versions of the program, of Node and of the system. */
  readonly versions: () => Readonly<Record<string, unknown>>
  /** For the report: what `streams doctor` finds. */
  readonly doctor: () => Promise<readonly DoctorLine[]>
}

/** Health: what is wrong and how to remedy it, figures of the last hour, the log. */
export interface Health {
  readonly routes: readonly RouteDefinition[]
  start(): void
  stop(): void
}

/** How often the machine is read, ms. */
const everyMs = 5000

/** Makes the health part; nothing is read before `start`. */
export function createHealth(dependencies: HealthDependencies): Health {
  const { studio, live, problems, dataDir, events, audit, tail, versions, doctor } = dependencies
  const watch = new Watch({ machine: openMachine(everyMs), studio, live, problems, dataDir, events, everyMs })
  const report = async (): Promise<string> =>
    writeReport({
      madeAt: new Date(),
      versions: versions(),
      doctor: await doctor(),
      findings: watch.findings,
      figures: watch.figures,
      log: tail.lines(),
      document: studio.shape(),
      privateTexts: [...studio.privateTexts(), ...live.privateTexts()],
    })
  let leaveTail: (() => void) | undefined
  const lines = events.offerSamples('health.log', (wanted) => {
    leaveTail?.()
    leaveTail = wanted ? tail.follow((line) => lines.publish(line)) : undefined
  })
  return {
    routes: healthRoutes({ watch, tail, report, audit }),
    start: () => watch.start(),
    stop() {
      leaveTail?.()
      lines.stop()
      watch.stop()
    },
  }
}
