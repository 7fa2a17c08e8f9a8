import type { LiveObserver, LostProcess, StudioObserver } from '../media/part-facts.ts'
import type { ErrorCode } from '../platform/errors.ts'
import type { EventBus } from '../platform/events/events.ts'
import { repeat } from '../platform/timing/repeat.ts'
import { monotonicMs } from '../platform/timing/steady-clock.ts'
import { onWorkerEnd } from '../platform/workers/worker-ends.ts'
import type { Finding } from './findings/finding.ts'
import { Findings } from './findings/findings.ts'
import type { HealthReading } from './findings/rule.ts'
import { allRules } from './findings/rules/all-rules.ts'
import type { MachineReader } from './machine/machine-reader.ts'
import { Disks } from './sampling/disks.ts'
import type { Figures, Mark, OwnProcess } from './sampling/figures.ts'
import { SampleRing } from './sampling/sample-ring.ts'
import { sampleValues } from './sampling/sample-values.ts'

export interface WatchDependencies {
  readonly machine: MachineReader
  readonly studio: StudioObserver
  readonly live: LiveObserver
  /** What does not work at present although it should. */
  readonly problems: () => readonly ErrorCode[]
  /** Watched in any case; recordings go below it that name no folder of their own. */
  readonly dataDir: string
  readonly events: EventBus
  readonly everyMs: number
  /** ms since 1970. */
  readonly now?: () => number
}

/** The clock of the system counts as set when it moved against the machine's own by more than this, ms. */
const steppedMs = 500

/** Reads machine and parts every few seconds: keeps an hour of figures, marks what happened, and judges what is wrong. */
export class Watch {
  readonly #dependencies: WatchDependencies
  readonly #ring = new SampleRing()
  readonly #findings = new Findings(allRules)
  readonly #disks = new Disks()
  readonly #leave: (() => void)[]
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined
  #reading: HealthReading | undefined
  #busy = false
  #reported = ''
  #reportedIds = ''
  #overloaded = false
  #clockMs: number
  readonly #failed = new Set<string>()

  constructor(dependencies: WatchDependencies) {
    this.#dependencies = dependencies
    this.#now = dependencies.now ?? Date.now
    this.#clockMs = this.#now() - monotonicMs()
    this.#leave = [
      onWorkerEnd(({ worker, pid, args: [of] }) => this.#lost({ worker, pid, of })),
      dependencies.studio.onLost((lost) => this.#lost(lost)),
      dependencies.events.subscribe(({ topic, data }) => {
        if (topic === 'studio.switched') this.#mark('scene', dependencies.studio.sceneName((data as { readonly scene: string }).scene))
        else if (topic === 'studio.output.updated' || topic === 'destination.state') this.#outputChanged(topic, data as ChangedOutput)
      }),
    ]
  }

  get findings(): readonly Finding[] {
    return this.#findings.list
  }

  get figures(): Figures {
    const { machine } = this.#reading ?? {}
    return {
      everyMs: this.#dependencies.everyMs,
      cores: machine?.cores ?? 1,
      memoryBytes: machine?.memoryBytes.total ?? 0,
      ...this.#ring.columns(),
      names: this.#names(),
      marks: [...this.#ring.marks],
      processes: this.#processes(),
    }
  }

  start(): void {
    this.#timer = repeat(this.#dependencies.everyMs, () => this.sample())
    this.sample().catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
  }

  /** Takes a reading. */
  async sample(): Promise<void> {
    // A disk that hangs must not pile up readings.
    if (this.#busy) return
    this.#busy = true
    try {
      const before = this.#reading
      const reading = await this.#read()
      this.#reading = reading
      const timeMs = Math.round(this.#now())
      const values = sampleValues(reading.machine, reading.studio, reading.live, before?.studio)
      this.#ring.add({ timeMs, values })
      this.#checkClock(timeMs)
      this.#findings.judge(reading, timeMs)
      this.#markOverload()
      this.#dependencies.events.publish(
        'health.sample',
        { timeMs, values, names: this.#names(), processes: this.#processes() },
        { volatile: true },
      )
      this.#notify()
    } finally {
      this.#busy = false
    }
  }

  /** Takes away what happened once. False if there is no such finding. */
  dismiss(id: string): boolean {
    const gone = this.#findings.dismiss(id)
    this.#notify()
    return gone
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const leave of this.#leave) leave()
    this.#dependencies.machine.stop()
  }

  async #read(): Promise<HealthReading> {
    const studio = this.#dependencies.studio.read()
    const live = this.#dependencies.live.read()
    const folders = new Map<string, number | null>([[this.#dependencies.dataDir, null]])
    if (live.recordings.running > 0) folders.set(live.recordings.folder, 0)
    for (const { folder, kind, state, bitrateKbps } of studio.outputs) {
      if (folder !== null && kind === 'recording' && state === 'live') folders.set(folder, (folders.get(folder) ?? 0) + bitrateKbps)
    }
    const [machine, disks] = await Promise.all([this.#dependencies.machine.read(), this.#disks.read(monotonicMs(), folders)])
    return { machine, studio, live, disks, problems: this.#dependencies.problems() }
  }

  #names(): Record<string, string> {
    const { studio, live, machine } = this.#reading ?? {}
    const running = new Set(machine?.processes.map(({ of }) => of))
    return Object.fromEntries([
      ...(studio?.outputs ?? []).map(({ id, name }) => [`output/${id}`, name]),
      ...(live?.streams ?? []).map(({ name }) => [`stream/${name}`, name]),
      ...(studio?.sources ?? []).flatMap(({ id, name }) => (running.has(id) ? [[`source/${id}`, name]] : [])),
    ])
  }

  #processes(): OwnProcess[] {
    return (this.#reading?.machine.processes ?? []).map(({ pid, name, of, cpu, memoryBytes }) => ({
      pid,
      name,
      of: of ?? null,
      cpu: Math.round(cpu * 1000) / 1000,
      memoryBytes,
    }))
  }

  #mark(kind: Mark['kind'], name: string): void {
    const mark: Mark = { timeMs: Math.round(this.#now()), kind, name }
    this.#ring.mark(mark)
    this.#dependencies.events.publish('health.mark', mark)
  }

  #outputChanged(topic: string, { id, name, label, state }: ChangedOutput): void {
    const key = `${topic} ${id}`
    const shown = name ?? label ?? id
    const failed = state === 'failed' || state === 'retrying'
    if (failed && !this.#failed.has(key)) {
      this.#failed.add(key)
      this.#mark('output-failed', shown)
    } else if (state === 'off') this.#failed.delete(key)
    else if (state === 'live' && this.#failed.delete(key)) this.#mark('output-recovered', shown)
  }

  #lost({ worker, of }: LostProcess): void {
    const source = this.#reading?.studio.sources.find(({ id }) => id === of)
    const about = { kind: 'process' as const, id: of === undefined ? worker : `${worker}/${of}`, name: worker }
    this.#findings.note(
      'process.restarted',
      { severity: 'warning', about, params: { process: worker, source: source?.name ?? '' } },
      this.#now(),
    )
    this.#mark('process', source === undefined ? worker : `${worker} (${source.name})`)
    this.#notify()
  }

  #checkClock(nowMs: number): void {
    const clockMs = this.#now() - monotonicMs()
    const movedMs = clockMs - this.#clockMs
    this.#clockMs = clockMs
    if (Math.abs(movedMs) < steppedMs) return
    this.#findings.note('clock.stepped', { severity: 'warning', params: { seconds: Math.round(movedMs / 100) / 10 } }, nowMs)
    this.#mark('clock', '')
  }

  #markOverload(): void {
    const now = this.findings.some(({ code }) => code === 'machine.overloaded' || code === 'render.overload')
    if (now && !this.#overloaded) this.#mark('overload', '')
    this.#overloaded = now
  }

  /** Announces the findings where they differ. */
  #notify(): void {
    const items = this.findings
    const text = JSON.stringify(items)
    if (text === this.#reported) return
    this.#reported = text
    // New figures of the same findings are of no use to a client that comes back.
    const ids = items.map(({ id, severity }) => `${severity} ${id}`).join()
    this.#dependencies.events.publish('health.findings', { items }, { volatile: ids === this.#reportedIds })
    this.#reportedIds = ids
  }
}

/** What events of outputs and destinations have in common. */
interface ChangedOutput {
  readonly id: string
  readonly name?: string
  readonly label?: string
  readonly state: string
}
