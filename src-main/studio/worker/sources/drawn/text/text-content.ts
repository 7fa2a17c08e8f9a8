import { openRegularFile } from '../../../../../platform/user-files/regular-file.ts'
import type { TextSettings } from '../../../../document/kinds/drawn.ts'
import type { DrawingContext } from '../drawing.ts'
import { watchFile } from '../watched-file.ts'
import { pollUrl } from './polled-url.ts'

/** Longest text that is shown, in bytes of its file or answer. */
const maxTextBytes = 65_536

export interface TextListener {
  onText(text: string): void
  /** The text cannot be had: `lost` where the one before is to vanish. */
  onProblem(problem: string, lost: boolean): void
}

export interface TextContent {
  /** Looks again at once. */
  again(): void
  stop(): void
}

/** Where a text comes from, followed for changes. */
export function followText(
  settings: TextSettings,
  { judge, judgeTarget }: Pick<DrawingContext, 'judge' | 'judgeTarget'>,
  listener: TextListener,
): TextContent {
  const notify = (text: string): void => listener.onText(lastLines(text, settings.lastLines))
  switch (settings.from) {
    case 'text':
      notify(settings.text)
      return { again: () => undefined, stop: () => undefined }
    case 'file': {
      if (settings.file === '') return nothing(listener, 'No file is chosen')
      let stopped = false
      const watch = watchFile(settings.file, {
        judge,
        async onFile(path) {
          try {
            const text = await readText(path, settings.lastLines > 0)
            if (!stopped) notify(text)
          } catch (error) {
            if (!stopped) listener.onProblem((error as Error).message, false)
          }
        },
        onMissing: (problem) => listener.onProblem(problem, true),
      })
      return {
        again: watch.again,
        stop() {
          stopped = true
          watch.stop()
        },
      }
    }
    case 'url':
      if (settings.url === '') return nothing(listener, 'No URL is given')
      return pollUrl(
        settings.url,
        judgeTarget(settings.url),
        { everyMs: settings.pollMs, maxBytes: maxTextBytes },
        {
          onBody: (bytes) => notify(decodeText(bytes)),
          onProblem: (problem) => listener.onProblem(problem, false),
        },
      )
  }
}

function nothing(listener: TextListener, problem: string): TextContent {
  listener.onProblem(problem, true)
  return { again: () => undefined, stop: () => undefined }
}

/** Reads the start of a file, or its end where the last lines are wanted: a log may be of any length. */
async function readText(path: string, fromEnd: boolean): Promise<string> {
  const { handle, bytes } = await openRegularFile(path)
  try {
    const length = Math.min(bytes, maxTextBytes)
    const data = Buffer.alloc(length)
    const { bytesRead } = await handle.read(data, 0, length, fromEnd ? bytes - length : 0)
    return decodeText(data.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

/** UTF-8, or UTF-16 where a byte order mark says so. */
export function decodeText(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

/** The end of a text; a line end at its very end starts no line. */
export function lastLines(text: string, count: number): string {
  const whole = text.replace(/\r?\n$/, '')
  return count === 0 ? whole : whole.split('\n').slice(-count).join('\n')
}
