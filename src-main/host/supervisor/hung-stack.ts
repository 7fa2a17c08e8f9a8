import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly location: { readonly lineNumber: number; readonly columnNumber: number }
}

/** Where Node says, on standard error, that its inspector listens. */
export const inspectorLine = /Debugger listening on (ws:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]+)/

/**
 * What JavaScript a process runs whose inspector listens at `url`, also where its event loop hangs: Node's inspector has a thread of its
 * own. Undefined where it does not say so in time, because it hangs outside of JavaScript.
 */
export async function readHungStack(url: string, timeoutMs: number): Promise<string | undefined> {
  const { WebSocket } = await import('ws')
  const socket = new WebSocket(url, { handshakeTimeout: timeoutMs })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs)
      socket.on('error', () => resolve(undefined))
      socket.on('open', () => {
        for (const [id, method] of ['Debugger.enable', 'Debugger.pause'].entries()) socket.send(JSON.stringify({ id: id + 1, method }))
      })
      socket.on('message', (data) => {
        const { method, params } = JSON.parse(String(data)) as { method?: string; params: { callFrames: readonly CallFrame[] } }
        if (method === 'Debugger.paused') resolve(params.callFrames.slice(0, 30).map(lineOf).join('\n'))
      })
    })
  } finally {
    clearTimeout(timer)
    socket.terminate()
  }
}

/** A line as stacks have them; with the line of the source where there is a map. */
function lineOf({ functionName, url, location }: CallFrame): string {
  const [line, column] = [location.lineNumber, location.columnNumber]
  const place = (file: string, at: number): string => `    at ${functionName === '' ? '<anonymous>' : functionName} (${file}:${at + 1})`
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')))
    const entry = map.findEntry(line, column)
    return 'originalSource' in entry && entry.originalSource ? place(entry.originalSource, entry.originalLine) : place(url, line)
  } catch {
    return place(url, line)
  }
}
