import { textOf } from '../said.ts'

/**
 * What a connector and a host say to each other before messages of OBS go through, as JSON texts over a WebSocket: the connector waits
 * (`ready`), the host wants its OBS (`open`), the connector has reached it (`opened`: from then on every message is one of OBS) or not
 * (`failed`: it waits again). With the connection to OBS this one ends, and the connector connects again.
 */
export type WordOfConnector =
  | { readonly connector: 'ready'; readonly host: string }
  | { readonly connector: 'opened' }
  | { readonly connector: 'failed'; readonly message: string }
export type WordOfHost = { readonly connector: 'open' }

/** Header of the token: not in the URL, which proxies write to their logs. */
export const tokenHeader = 'x-obs-connector-token'
/** Below the URL of a host. */
export const connectorPath = '/api/v1/obs/connector'

export const word = (said: WordOfConnector | WordOfHost): string => JSON.stringify(said)

/** Undefined for what is no word of a connector. */
export function readWord(text: string): WordOfConnector | undefined {
  if (text.length > 5000) return undefined
  let said: Record<string, unknown> | null
  try {
    said = JSON.parse(text) as Record<string, unknown> | null
  } catch {
    return undefined
  }
  switch (said?.connector) {
    case 'ready':
      return { connector: 'ready', host: textOf(said.host) }
    case 'opened':
      return { connector: 'opened' }
    case 'failed':
      return { connector: 'failed', message: textOf(said.message) }
    default:
      return undefined
  }
}

/** Whether the host wants its OBS. */
export function isOpenWord(text: string): boolean {
  return text === word({ connector: 'open' })
}
