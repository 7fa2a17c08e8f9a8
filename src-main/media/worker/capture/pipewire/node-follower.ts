import type { SourceReport } from '../../../source-report.ts'
import type { Closable, StreamEvent } from '../../native/pipewire.ts'
import { type PipeWireDevices, startPipeWireRemedy } from './pipewire-devices.ts'
import type { PipeWireNode } from './pipewire-nodes.ts'

export interface NodeFollowerDependencies<Stream extends Closable> {
  readonly devices: PipeWireDevices
  /** The node that is wanted now, if it is there. */
  choose(): PipeWireNode | undefined
  open(node: PipeWireNode, listener: (event: StreamEvent) => void): Stream
  /** Reported when it changes. */
  report(report: SourceReport): void
  /** The stream does not keep the node running: it is paused as long as nothing else does, which is no fault. */
  readonly passive?: boolean
  /** What to say where the node is not there; `title` is what it was called when it was. */
  absent(title: string | undefined): string
}

/** Between a device's coming and its opening, ms: what was just plugged in is not ready at once, and defaults move twice. */
const settleMs = 250
/** After a stream failed, ms. */
const retryMs = 1000
/** A stream that does not flow by then is reported, ms. */
const startMs = 5000

/** Keeps a stream open to a device: from when it is there until it goes, and again when it comes back. */
export class NodeFollower<Stream extends Closable> {
  readonly #dependencies: NodeFollowerDependencies<Stream>
  readonly #unlisten: () => void
  #stream: Stream | undefined
  #node: PipeWireNode | undefined
  #title: string | undefined
  #timer: NodeJS.Timeout | undefined
  #reported = ''
  /** A device was missing: what comes now was just plugged in. */
  #missed = false
  #stopped = false

  constructor(dependencies: NodeFollowerDependencies<Stream>) {
    this.#dependencies = dependencies
    this.#unlisten = dependencies.devices.onChange(() => this.refresh())
    this.refresh()
  }

  /** While the device is there. */
  get stream(): Stream | undefined {
    return this.#stream
  }

  /** Looks again which device is wanted. */
  refresh(): void {
    const { devices, choose, absent } = this.#dependencies
    if (this.#stopped || devices.state === 'connecting') return
    const node = devices.state === 'ready' ? choose() : undefined
    if (node !== undefined && node.serial === this.#node?.serial) return
    this.#close()
    if (node !== undefined) {
      this.#node = node
      this.#title = node.title
      if (this.#missed) this.#timer = setTimeout(() => this.#open(node), settleMs)
      else this.#open(node)
      return
    }
    this.#missed = true
    const problem = devices.state === 'lost' ? `${devices.problem}; ${startPipeWireRemedy}` : absent(this.#title)
    this.#report({ state: 'waiting', problem, ...(this.#title !== undefined && { details: { device: this.#title } }) })
  }

  stop(): void {
    this.#stopped = true
    this.#unlisten()
    this.#close()
  }

  #open(node: PipeWireNode): void {
    this.#missed = false
    const details = { device: node.title }
    this.#timer = setTimeout(() => {
      this.#report({ state: 'waiting', problem: `${node.title} does not start: another program may use it`, details })
    }, startMs)
    this.#stream = this.#dependencies.open(node, (event) => {
      if (this.#node !== node || event.kind !== 'state') return
      if (event.state === 'streaming') {
        clearTimeout(this.#timer)
        this.#report({ state: 'running', details })
      } else if (event.state === 'paused' && this.#dependencies.passive === true) {
        clearTimeout(this.#timer)
        this.#report({ state: 'paused', details })
      } else if (event.state === 'error') {
        this.#close()
        this.#report({ state: 'waiting', problem: `${node.title}: ${event.problem}`, details })
        this.#timer = setTimeout(() => this.refresh(), retryMs)
      }
    })
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#stream?.close()
    this.#stream = undefined
    this.#node = undefined
  }

  #report(report: SourceReport): void {
    const reported = JSON.stringify(report)
    if (reported === this.#reported) return
    this.#reported = reported
    this.#dependencies.report(report)
  }
}
