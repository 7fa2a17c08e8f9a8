import { existsSync } from 'node:fs'
import { type WorkerName, workers } from './manifest.ts'

/** File of a worker process: bundled it is beside the program, else it is its source. */
export function workerFile(name: WorkerName): URL {
  const bundled = new URL(`./${name}-worker.js`, import.meta.url)
  return existsSync(bundled) ? bundled : new URL(`../../${workers[name].source}`, import.meta.url)
}
