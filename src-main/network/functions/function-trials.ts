import { AppError } from '../../platform/errors.ts'
import { checkDeployed, type FunctionBook } from './function-book.ts'
import { FunctionFetch } from './function-fetch.ts'
import type { FunctionLine } from './function-line.ts'
import { FunctionFault, type FunctionRunner } from './function-runner.ts'
import type { Try } from './function-schemas.ts'
import { type FileFault, maxLineText, type RunAnswer } from './run-messages.ts'
import { createSecretMask, type SecretMask } from './secret-mask.ts'

/** What a function did when it was tried. */
export interface Tried {
  readonly answer: { readonly status: number; readonly headers: string[][]; readonly body: string } | null
  readonly fault: string | null
  readonly faults: FileFault[]
  readonly lines: FunctionLine[]
  readonly ms: number
}

/** Of the answer's body, bytes that are shown. */
const shownBytes = 65_536
/** Trials at once. */
const maxTrials = 4

/** Functions that are run once, here, before they are deployed. */
export class FunctionTrials {
  readonly #runner: FunctionRunner
  readonly #book: Pick<FunctionBook, 'secretsOf'>
  #running = 0
  #last = 0

  constructor(runner: FunctionRunner, book: Pick<FunctionBook, 'secretsOf'>) {
    this.#runner = runner
    this.#book = book
  }

  /** Throws `network.function_invalid`, `network.function_not_found` and `network.busy`. */
  async run(wanted: Try, signal: AbortSignal): Promise<Tried> {
    checkDeployed(wanted)
    const url = URL.parse(wanted.request.url)
    if (url === null || !/^https?:$/.test(url.protocol))
      throw new AppError('network.function_invalid', `${JSON.stringify(wanted.request.url.slice(0, 200))} is no http or https URL`)
    const secrets = wanted.secretsOf === undefined ? {} : this.#book.secretsOf(wanted.secretsOf)
    if (this.#running >= maxTrials) throw new AppError('network.busy', `${maxTrials} functions are being tried already`)
    this.#running++
    try {
      return await this.#tried(wanted, url, secrets, signal)
    } finally {
      this.#running--
    }
  }

  async #tried(wanted: Try, url: URL, secrets: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Tried> {
    const { files, modules, faults } = await this.#runner.check(wanted)
    if (faults.length > 0) return { answer: null, fault: null, faults: [...faults], lines: [], ms: 0 }
    const { method, headers, body } = wanted.request
    const draft = {
      name: `try-${++this.#last}`,
      version: -this.#last,
      main: wanted.main,
      files,
      modules,
      env: { ...wanted.variables, ...secrets },
      secrets: Object.keys(secrets),
    }
    const request = {
      ...{ method, url: url.href, address: '192.0.2.1' },
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]),
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    }
    const fetches = new FunctionFetch({ hosts: wanted.fetchHosts, site: () => undefined, loop: '' }, signal)
    const lines: FunctionLine[] = []
    const startedAt = performance.now()
    const ms = (): number => Math.round((performance.now() - startedAt) * 10) / 10
    try {
      const handlers = {
        call: (number: number, asked: Parameters<FunctionFetch['call']>[1]) => fetches.call(number, asked),
        log: (level: FunctionLine['level'], text: string) => {
          lines.push({ name: draft.name, version: 0, at: new Date().toISOString(), level, text: text.slice(0, maxLineText) })
        },
      }
      const answer = await this.#runner.try(draft, request, handlers, signal)
      return { answer: await shown(answer, fetches, createSecretMask(Object.values(secrets))), fault: null, faults: [], lines, ms: ms() }
    } catch (error) {
      if (!(error instanceof FunctionFault)) throw error
      return { answer: null, fault: error.message, faults: [], lines, ms: ms() }
    } finally {
      fetches.end()
    }
  }
}

/** The answer as it is shown: secrets of the function are not, whatever it answers. */
async function shown(
  { status, headers, body }: RunAnswer,
  fetches: FunctionFetch,
  mask: SecretMask,
): Promise<NonNullable<Tried['answer']>> {
  const bytes = typeof body === 'number' ? ((await fetches.call(0, { op: 'read', fetch: body })) as Uint8Array) : (body ?? new Uint8Array())
  const text = Buffer.from(bytes.subarray(0, shownBytes)).toString()
  return { status, headers: headers.map(([name, value]) => [name, mask(value)]), body: mask(text, bytes.length > shownBytes) }
}
