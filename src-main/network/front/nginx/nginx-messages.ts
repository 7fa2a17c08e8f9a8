import type { ConfigurationText } from './directives.ts'

/** Longest text of nginx that is shown, in characters. */
const maxText = 1000

/** A line of nginx's log; without the PID where it has none. */
interface NginxLine {
  readonly level: string
  readonly pid?: number
  readonly text: string
}

/** Takes a line of nginx's log apart: `2026/11/23 12:00:00 [emerg] 12#12: text`, or `nginx: [emerg] text`. */
export function readNginxLine(line: string): NginxLine {
  const found = /^(?:nginx:|\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[(\w+)\] (?:(\d+)#\d+: )?(?:\*\d+ )?(.*)$/.exec(line)
  const pid = found?.[2]
  return { level: found?.[1] ?? '', ...(pid !== undefined && { pid: Number(pid) }), text: (found?.[3] ?? line).slice(0, maxText) }
}

/** The URL of a file whose slices have different entity tags, as the origin replaced it in between; else undefined. */
export function mixedSlices(message: string): string | undefined {
  if (!message.startsWith('etag mismatch in slice response')) return undefined
  const target = /, request: "[A-Z]+ (\/[!-~]*) HTTP\//.exec(message)?.[1]
  // what a viewer said besides comes behind it, and a request line has no spaces
  const host = /, host: "([\w.:[\]-]{1,260})"/.exec(message)?.[1]
  return target === undefined || host === undefined ? target : `http://${host}${target}`
}

/** The option that a message is about: by the line that it names, else by a file that it names. */
export function optionOfMessage(message: string, { text, options }: ConfigurationText): string | undefined {
  const line = / in \S+:(\d+)$/.exec(message)?.[1]
  if (line !== undefined) return options.get(Number(line))
  const lines = text.split('\n')
  for (const file of message.matchAll(/"(\/[^"]+)"/g)) {
    for (const [number, option] of options) if (lines[number - 1]?.includes(file[1] as string)) return option
  }
  return undefined
}

/** The option of the node that gave nginx this port. */
export function portOption(port: number, { text }: ConfigurationText): 'httpPort' | 'httpsPort' {
  return new RegExp(`^ *listen \\S+:${port} (?:ssl|quic)\\b`, 'm').test(text) ? 'httpsPort' : 'httpPort'
}
