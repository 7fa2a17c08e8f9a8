import { Agent } from 'node:http'
import type { Logger } from '../../platform/logger.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import { Turns } from '../../platform/timing/turns.ts'
import type { FunctionOptions } from '../front/nginx/front-options.ts'
import { FunctionFront } from '../functions/function-front.ts'
import type { FunctionLine } from '../functions/function-line.ts'
import { FunctionRunner } from '../functions/function-runner.ts'
import { type FunctionSet, readRoute } from '../functions/function-set.ts'
import { NodeFunctions } from '../functions/node-functions.ts'
import type { InsidePlace } from './inside-place.ts'
import { sendError } from './origin-proxy.ts'

export interface EdgeFunctionsOptions {
  /** Where the node keeps them. */
  readonly folder: string
  /** nginx faces viewers: without it there is nothing that sends requests to functions. */
  readonly hasFront: boolean
  /** True for the host name of a site of this node. */
  readonly isSite: (host: string) => boolean
  /** Has nginx send requests to functions as `options` says now. Rejects where it cannot. */
  readonly refresh: () => Promise<void>
  /** Takes lines of logs, a few times a second. */
  readonly onLines: (lines: readonly FunctionLine[]) => void
  readonly log: Logger
}

/** Lines are sent so often, ms, and as many at once; what is more is counted. */
const linesMs = 250
const maxLines = 100
/** Connections to the node's own sites that are kept open, and for how long, ms: nginx closes them later. */
const keptConnections = { maxFreeSockets: 64, timeout: 30_000 }

/** The functions of a node: kept, run, and between nginx and its sites. Nothing of it exists without functions. */
export class EdgeFunctions {
  readonly #options: EdgeFunctionsOptions
  readonly #kept: NodeFunctions
  readonly #runner: FunctionRunner
  readonly #changes = new Turns(20, 'changes of functions', 'network.busy')
  readonly #timer: NodeJS.Timeout
  readonly #connections = new Agent({ keepAlive: true, ...keptConnections })
  #front: FunctionFront | undefined
  #inside: InsidePlace = { port: 0, secret: '' }
  #lines: FunctionLine[] = []
  #left = 0

  constructor(options: EdgeFunctionsOptions) {
    this.#options = options
    this.#kept = new NodeFunctions(options.folder, options.log)
    this.#runner = new FunctionRunner({
      log: options.log,
      onLeftOut: (name, version, lines) =>
        this.#addLine({ name, version, at: new Date().toISOString(), level: 'warn', text: `${lines} lines were left out` }, maxLines + 90),
    })
    this.#timer = repeat(linesMs, () => this.#sendLines())
  }

  /** Which functions the node has. */
  get id(): string {
    return this.#kept.set.id
  }

  /** Uses what was kept. */
  async start(): Promise<void> {
    if (this.#options.hasFront) await this.#apply(this.#kept.set)
  }

  /** @param inside where the sites of the node answer for functions */
  frontOptions(inside: InsidePlace): FunctionOptions | undefined {
    const routes = this.#kept.set.functions.flatMap(({ routes: texts }) => texts.flatMap((text) => readRoute(text) ?? []))
    if (this.#front === undefined || routes.length === 0) return undefined
    this.#inside = inside
    return { port: this.#front.port, secret: this.#front.secret, insidePort: inside.port, insideSecret: inside.secret, routes }
  }

  /** Replaces all functions. Rejects where they cannot be used. */
  use(set: FunctionSet): Promise<void> {
    return this.#changes.next(async () => {
      if (!this.#options.hasFront) {
        if (set.functions.length === 0) return
        throw new Error('This node has no nginx in front of it: start it with --cache')
      }
      this.#kept.keep(set)
      await this.#apply(set)
      await this.#options.refresh()
    })
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#front?.stop()
    await this.#runner.stop()
    this.#connections.destroy()
  }

  async #apply(set: FunctionSet): Promise<void> {
    if (set.functions.length > 0 && this.#front === undefined) {
      this.#front = await FunctionFront.open({
        runner: this.#runner,
        isSite: this.#options.isSite,
        inside: (viewer) => ({
          port: this.#inside.port,
          connections: this.#connections,
          headers: { 'x-edge-inside': this.#inside.secret, ...(viewer === '' ? {} : { 'x-edge-viewer': viewer }) },
        }),
        onLine: (line) => this.#addLine(line),
        sendError,
        log: this.#options.log,
      })
    }
    this.#front?.use(set)
    if (set.functions.length > 0) this.#runner.warm()
  }

  /** Counts of lines are added where the lines have no more space. */
  #addLine(line: FunctionLine, max = maxLines): void {
    if (this.#lines.length < max) this.#lines.push(line)
    else this.#left++
  }

  #sendLines(): void {
    if (this.#lines.length === 0) return
    const last = this.#lines.at(-1) as FunctionLine
    if (this.#left > 0) this.#lines.push({ ...last, level: 'warn', text: `${this.#left} lines were left out` })
    this.#left = 0
    this.#options.onLines(this.#lines)
    this.#lines = []
  }
}
