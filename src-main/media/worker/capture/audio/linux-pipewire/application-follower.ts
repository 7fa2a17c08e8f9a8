import type { SourceReport } from '../../../../source-report.ts'
import type { AudioInput, StreamEvent } from '../../../native/pipewire.ts'
import { type PipeWireDevices, startPipeWireRemedy } from '../../pipewire/pipewire-devices.ts'

export interface ApplicationFollowerDependencies {
  readonly devices: PipeWireDevices
  /** Id of the application. */
  readonly application: string
  open(listener: (event: StreamEvent) => void): AudioInput
  /** Reported when it changes. */
  report(report: SourceReport): void
}

/** Keeps listening to whatever an application plays: it opens and closes its outputs as it likes, and may end and come back. */
export class ApplicationFollower {
  readonly #dependencies: ApplicationFollowerDependencies
  readonly #unlisten: () => void
  #input: AudioInput | undefined
  #heard = ''
  #reported = ''

  constructor(dependencies: ApplicationFollowerDependencies) {
    this.#dependencies = dependencies
    this.#unlisten = dependencies.devices.onChange(() => this.#refresh())
    this.#refresh()
  }

  stop(): void {
    this.#unlisten()
    this.#input?.close()
    this.#input = undefined
  }

  #refresh(): void {
    const { devices, application } = this.#dependencies
    if (devices.state === 'connecting') return
    if (devices.state === 'lost') {
      this.#close()
      this.#report({ state: 'waiting', problem: `${devices.problem}; ${startPipeWireRemedy}` })
      return
    }
    const input = this.#opened()
    const nodes = devices.nodes.applicationNodes(application)
    const heard = nodes.join(' ')
    if (heard !== this.#heard) {
      this.#heard = heard
      input.setNodes(nodes)
    }
    const device = application.slice(application.indexOf('/') + 1)
    if (nodes.length > 0) this.#report({ state: 'running', details: { device, streams: nodes.length } })
    else this.#report({ state: 'waiting', problem: `${device} plays nothing now`, details: { device } })
  }

  #opened(): AudioInput {
    const input =
      this.#input ??
      this.#dependencies.open((event) => {
        if (event.state === 'error' && this.#input === input) this.#close()
      })
    this.#input = input
    return input
  }

  /** The next change of what there is opens it again; losing the daemon is one. */
  #close(): void {
    this.#input?.close()
    this.#input = undefined
    this.#heard = ''
  }

  #report(report: SourceReport): void {
    const reported = JSON.stringify(report)
    if (reported === this.#reported) return
    this.#reported = reported
    this.#dependencies.report(report)
  }
}
