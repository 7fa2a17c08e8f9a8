import { existsSync } from 'node:fs'

/**
 * File of a worker process. Bundled, it is `NAME.js` beside the program; from source it is the one beside the module that starts it.
 * @param beside `import.meta.url` of that module
 */
export function workerFile(beside: string, name: string, source = `${name}.ts`): URL {
  const bundled = new URL(`./${name}.js`, beside)
  return existsSync(bundled) ? bundled : new URL(`./${source}`, beside)
}
