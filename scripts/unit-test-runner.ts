import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { chai, TestRunner } from 'vitest'
import { rejectRealParts } from './unit-test-limits.ts'

/**
 * Resolves what sources import by its URL alone: every import here names its file with its extension. Without this each import of each
 * worker is resolved on the disk and reported to Vitest's main thread, which was most of the time that imports took.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL } = context
    if (!context.conditions.includes('import') || parentURL === undefined || parentURL.includes('/node_modules/'))
      return nextResolve(specifier, context)
    if (specifier.startsWith('node:')) return { url: specifier, format: 'builtin', shortCircuit: true }
    if (!specifier.startsWith('.')) return nextResolve(specifier, context)
    return { url: new URL(specifier, parentURL).href, shortCircuit: true }
  },
})

// Finds misspelt assertions, which the type check finds too, by a proxy around every `expect`.
chai.config.useProxy = false

/**
 * Loads test files under their own names. Vitest's runner adds the time to each, so that it can load a file twice (while it watches) and
 * replace modules (`vi.mock`): Node would then have to compile every test file in every run, and Vitest parses it before. No test here
 * needs either.
 */
export default class UnitTestRunner extends TestRunner {
  constructor(config: ConstructorParameters<typeof TestRunner>[0]) {
    super(config)
    rejectRealParts(config.name === 'unit')
  }

  override importFile(filepath: string): Promise<unknown> {
    return import(pathToFileURL(filepath).href)
  }
}
