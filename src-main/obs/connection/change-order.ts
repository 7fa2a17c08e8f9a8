import type { ObsRequest } from '../schemas/commands.ts'

/** Fields that name what a request changes. OBS gives no two sources, scenes included, the same name: one namespace. */
const names = ['sceneName', 'sceneUuid', 'sourceName', 'sourceUuid', 'inputName', 'inputUuid'] as const

/**
 * Sends changes of the same source of OBS one after the other, each when the one before was answered: OBS hands the requests of a connection
 * to several threads, so two of them that follow each other closely may be carried out in the wrong order. Others do not wait.
 */
export class ChangeOrder {
  /** By what is changed: ends when the newest change of it does. */
  readonly #tails = new Map<string, Promise<unknown>>()

  /** Sends what changes these; rejects as `send` does. */
  async run<T>(changed: readonly string[], send: () => Promise<T>): Promise<T> {
    if (changed.length === 0) return send()
    const before = changed.flatMap((each) => this.#tails.get(each) ?? [])
    const sent = before.length === 0 ? send() : Promise.all(before).then(send)
    const tail = sent.catch(() => undefined)
    for (const each of changed) this.#tails.set(each, tail)
    try {
      return await sent
    } finally {
      for (const each of changed) if (this.#tails.get(each) === tail) this.#tails.delete(each)
    }
  }
}

/** What requests change, as keys of their order. Those that only read change nothing and wait for nothing. */
export function changedBy(requests: readonly Pick<ObsRequest, 'request' | 'data'>[]): readonly string[] {
  return [...new Set(requests.flatMap(({ request, data }) => keyOf(request, data) ?? []))]
}

function keyOf(request: string, data: ObsRequest['data']): string | undefined {
  if (/^(?:Get|Sleep$)/.test(request)) return undefined
  // What is on air is one, whichever scene is named.
  if (/^(?:SetCurrent|SetStudioMode|TriggerStudioMode|SetTBar)/.test(request)) return 'program'
  const name = names.map((field) => data?.[field]).find((value) => typeof value === 'string')
  if (name !== undefined) return `source ${name}`
  // Outputs and the like: what is started, stopped or set.
  return request.replace(/^(?:Start|Stop|Toggle|Pause|Resume|Set|Save|Split|Create|Remove)/, '')
}
