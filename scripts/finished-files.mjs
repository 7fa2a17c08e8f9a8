/**
 * A Vitest reporter: each file that starts or ends is a line of JSON in the file that `FINISHED_FILES` names. A run that is ended
 * from outside leaves no report; these lines still say what passed, what failed, and what was running.
 */
import { appendFileSync, readFileSync } from 'node:fs'

/** A result as Vitest's JSON report has it. */
const assertionOf = (test) => {
  const { state, errors = [] } = test.result()
  return {
    status: state,
    fullName: test.fullName.replaceAll(' > ', ' '),
    failureMessages: errors.map(({ stack, message }) => stack ?? message),
    meta: test.meta(),
  }
}

export default class FinishedFiles {
  #startedMs = new Map()

  #write(line) {
    appendFileSync(process.env.FINISHED_FILES, `${JSON.stringify(line)}\n`)
  }

  onTestModuleStart(module) {
    this.#startedMs.set(module.moduleId, Date.now())
    this.#write({ started: module.moduleId })
  }

  onTestModuleEnd(module) {
    this.#write({
      name: module.moduleId,
      status: module.state(),
      message: module
        .errors()
        .map(({ message }) => message)
        .join('\n'),
      startTime: this.#startedMs.get(module.moduleId) ?? Date.now(),
      endTime: Date.now(),
      assertionResults: [...module.children.allTests()].map(assertionOf),
    })
  }
}

/**
 * The report of a run that left none of its own: what ended, and as failed each file that was running or did not start.
 * @param path the lines written by the reporter
 * @param files paths that were to run; empty for a suite that finds its own
 * @throws where the reporter wrote nothing
 */
export function reportOfEnded(path, files) {
  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const testResults = lines.filter(({ started }) => started === undefined)
  const ended = new Set(testResults.map(({ name }) => name))
  const started = lines.flatMap((line) => line.started ?? []).filter((name) => !ended.has(name))
  const isKnown = (file) => [...ended, ...started].some((name) => name.endsWith(file))
  const cut = (name, message) => ({ name, status: 'failed', message, startTime: 0, endTime: 0, assertionResults: [] })
  return {
    testResults: [
      ...testResults,
      ...started.map((name) => cut(name, 'was running when the time limit was reached')),
      ...files.filter((file) => !isKnown(file)).map((file) => cut(file, 'not run: the time limit was reached before')),
    ],
  }
}
