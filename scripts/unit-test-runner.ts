import { pathToFileURL } from 'node:url'
import { TestRunner } from 'vitest'

/**
 * Loads test files under their own names. Vitest's runner adds the time to each, so that it can load a file twice (while it watches) and
 * replace modules (`vi.mock`): Node would then have to compile every test file in every run, and Vitest parses it before. No test here
 * needs either.
 */
export default class UnitTestRunner extends TestRunner {
  override importFile(filepath: string): Promise<unknown> {
    return import(pathToFileURL(filepath).href)
  }
}
