import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Figures older than this say nothing, ms. */
const staleMs = 20_000

/** The busy share of NVIDIA's processors, from one `nvidia-smi` that writes a line every few seconds: starting it each time would cost more. */
export class NvidiaLoad {
  #process: ChildProcess | undefined
  #share: number | null = null
  #readMs = 0

  constructor(everyS: number, program = 'nvidia-smi', driver = '/proc/driver/nvidia/version') {
    if (!existsSync(driver)) return
    const child = spawn(program, ['--query-gpu=utilization.gpu', '--format=csv,noheader,nounits', `--loop=${everyS}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#process = child
    child.on('error', () => undefined)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const percent = Number.parseFloat(line)
      if (!Number.isFinite(percent)) return
      this.#share = percent / 100
      this.#readMs = performance.now()
    })
  }

  /** null without such a GPU, and while it reports nothing. */
  get share(): number | null {
    return performance.now() - this.#readMs < staleMs ? this.#share : null
  }

  stop(): void {
    this.#process?.kill()
  }
}
