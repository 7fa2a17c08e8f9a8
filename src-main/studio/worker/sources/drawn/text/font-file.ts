import { basename, extname } from 'node:path'
import type { SourceReport } from '../../../../../media/source-report.ts'
import { openRegularFile } from '../../../../../platform/user-files/regular-file.ts'
import type { TextStyle } from '../../../../document/kinds/text-style.ts'
import type { Drawing, DrawingContext, StartDrawing } from '../drawing.ts'
import { type FileWatch, watchFile } from '../watched-file.ts'
import { addFont } from './fonts.ts'
import { joined } from './paint-text.ts'

/** Largest font file that is read, bytes: those with Chinese, Japanese and Korean have 20 MB. */
const maxFontBytes = 40 * 1024 * 1024

async function readFont(path: string): Promise<Buffer> {
  const { handle, bytes } = await openRegularFile(path)
  try {
    if (bytes > maxFontBytes) throw new Error(`${path} is too large for a font: ${maxFontBytes / 1024 / 1024} MiB are read at most`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** A drawing whose letters may come from a font file: it starts once the file was read, and is drawn again when the file changes. */
export function withFontFile<Settings extends TextStyle>(start: StartDrawing<Settings>): StartDrawing<Settings> {
  return (first, context, firstShown) => {
    let settings = first
    let shown = firstShown
    let drawing: Drawing<Settings> | undefined
    let watch: FileWatch | undefined
    let watched = ''
    /** What the file is called among the families; undefined: the installed ones are used. */
    let family: string | undefined
    let trouble: string | undefined
    let last: SourceReport | undefined
    let closed = false

    const report = (next: SourceReport): void => {
      last = next
      const problem = joined(trouble, next.problem)
      context.report({ ...next, ...(problem !== undefined && { problem }) })
    }
    const inner: DrawingContext = { ...context, report }

    function draw(): void {
      if (closed) return
      const now = family === undefined ? settings : { ...settings, font: family }
      if (drawing === undefined) drawing = start(now, inner, shown)
      else drawing.update(now)
    }

    function use(next: string | undefined, problem: string | undefined): void {
      family = next
      trouble = problem
      draw()
      // A drawing that has nothing new to draw says nothing new.
      if (last !== undefined) report(last)
    }

    function follow(): void {
      if (settings.fontFile === watched && (drawing !== undefined || watch !== undefined)) {
        if (drawing !== undefined) draw()
        return
      }
      watch?.stop()
      watch = undefined
      watched = settings.fontFile
      if (watched === '') {
        use(undefined, undefined)
        return
      }
      const file = watched
      watch = watchFile(file, {
        judge: (path) => context.judge(path),
        async onFile(path) {
          const bytes = await readFont(path).catch((error: Error) => error)
          if (closed || file !== watched) return
          if (bytes instanceof Error) {
            use(undefined, bytes.message)
            return
          }
          let added: string | undefined
          context.draw(() => {
            added = addFont(bytes, basename(file, extname(file)))
          }, true)
          use(added, added === undefined ? `${file} is not a font that can be used: TTF and OTF files are` : undefined)
        },
        onMissing: (problem) => use(undefined, problem),
      })
    }

    follow()
    return {
      update(next) {
        settings = next
        follow()
      },
      show(now) {
        shown = now
        drawing?.show(now)
      },
      command: (name, details) => drawing?.command?.(name, details),
      close() {
        closed = true
        watch?.stop()
        drawing?.close()
      },
    }
  }
}
